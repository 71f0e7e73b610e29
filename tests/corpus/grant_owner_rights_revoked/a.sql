do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create table frozen (id integer primary key, v text);
alter table frozen owner to nself_corpus_owner;
create table emptied (id integer primary key, v text);
alter table emptied owner to nself_corpus_owner;
grant select on emptied to public;
create table plain (id integer primary key);
alter table plain owner to nself_corpus_owner;
