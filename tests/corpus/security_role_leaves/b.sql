-- nothing names the leaver any more: not as owner, grantee, grantor, in policies or in default privileges
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role nself_corpus_owner; exception when duplicate_object or unique_violation then null; end $$;
create schema desk;
alter schema desk owner to nself_corpus_owner;
grant usage, create on schema desk to nself_corpus_app;
create table desk.items (id serial primary key, v text);
alter table desk.items owner to nself_corpus_owner;
create table desk.shared (id integer primary key, v text);
grant select on desk.shared to nself_corpus_app;
alter table desk.shared enable row level security;
create policy for_both on desk.shared for select to nself_corpus_app using (id > 0);
create function desk.f() returns integer language sql security definer as 'select 1';
alter function desk.f() owner to nself_corpus_owner;
grant execute on function desk.f() to nself_corpus_app;
