do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table messages (id integer primary key, body text, sender name, recipient name, hidden boolean not null default false);
alter table messages enable row level security;
create policy visible on messages for select to nself_corpus_app using (not hidden and (sender = current_user or recipient = current_user));
create policy hide on messages for update to nself_corpus_app using (sender = current_user) with check (hidden);
grant select, update (hidden) on messages to nself_corpus_app;
