do $$ begin create role nself_corpus_reader; exception when duplicate_object or unique_violation then null; end $$;
create schema internal;
create schema api;
grant usage on schema api to nself_corpus_reader;
create table internal.users (id integer primary key, email text not null);
create view internal.user_names as select id, split_part(email, '@', 1) as name from internal.users;
grant select on internal.user_names to nself_corpus_reader;
create view api.names as select name from internal.user_names;
