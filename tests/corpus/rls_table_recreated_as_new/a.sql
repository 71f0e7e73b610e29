do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table sessions (id integer primary key, login name not null);
alter table sessions enable row level security;
create policy own on sessions to nself_corpus_app using (login = current_user);
grant select on sessions to nself_corpus_app;
