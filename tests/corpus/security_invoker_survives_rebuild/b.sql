-- a column type changes under views that run as their caller: they must still do so afterwards
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table notes (id integer primary key, owner name not null, body text);
alter table notes enable row level security;
create policy own on notes using (owner = current_user);
create view my_notes with (security_invoker = true) as select id, owner, body from notes;
create view long_notes with (security_invoker = on, security_barrier) as select id from my_notes where length(body) > 100;
grant select on notes, my_notes, long_notes to nself_corpus_app;
