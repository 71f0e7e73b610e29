-- a view loses security_invoker and no text of any query tells; the view above keeps its own
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table notes (id integer primary key, owner name not null, body text);
alter table notes enable row level security;
create policy own on notes using (owner = current_user);
create view my_notes as select id, owner, body from notes;
create view note_count with (security_invoker = true, security_barrier = true) as select owner, count(*) as n from my_notes group by owner;
grant select on notes, my_notes, note_count to nself_corpus_app;
