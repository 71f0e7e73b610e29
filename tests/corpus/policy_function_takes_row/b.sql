-- the table under a policy that hands its whole row to a function changes a type and gets a column
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table documents (id integer primary key, owner name not null, level smallint not null default 1, shared boolean not null default false);
create function can_see(d documents) returns boolean language sql stable security definer set search_path = public as $$ select d.shared or d.owner = current_user or d.level = 0 $$;
revoke execute on function can_see(documents) from public;
grant execute on function can_see(documents) to nself_corpus_app;
alter table documents enable row level security;
create policy visible on documents for select to nself_corpus_app using (can_see(documents));
create policy change on documents for update to nself_corpus_app using (can_see(documents)) with check (can_see(documents) and level < 5);
grant select, update on documents to nself_corpus_app;
