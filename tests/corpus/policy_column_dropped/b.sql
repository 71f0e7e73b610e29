-- the column that policies and a column grant name is gone: one policy lives on without it, one is gone
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table messages (id integer primary key, body text, sender name, recipient name);
alter table messages enable row level security;
create policy visible on messages for select to nself_corpus_app using (sender = current_user or recipient = current_user);
grant select on messages to nself_corpus_app;
