-- a chain of grant options: the clerk's is taken, what the guest had from the clerk now comes from the chief
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_chief; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_clerk; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_guest; exception when duplicate_object or unique_violation then null; end $$;
create schema office;
grant usage on schema office to nself_corpus_chief, nself_corpus_clerk, nself_corpus_guest;
create table office.files (id integer primary key, v text);
alter table office.files owner to nself_corpus_owner;
grant select, insert on office.files to nself_corpus_chief with grant option;
set role nself_corpus_chief;
grant select on office.files to nself_corpus_clerk;
grant select, insert on office.files to nself_corpus_guest;
reset role;
grant usage on schema office to nself_corpus_owner;
