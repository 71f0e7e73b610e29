-- a second protected table comes with everything at once: row security forced, policies, grants, a policy on the first that reads it
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table sessions (id integer primary key, login name not null);
create table grants_given (session_id integer primary key references sessions, login name not null);
alter table sessions enable row level security;
alter table grants_given enable row level security;
alter table grants_given force row level security;
create policy own on sessions to nself_corpus_app using (login = current_user or exists (select 1 from grants_given g where g.session_id = sessions.id and g.login = current_user));
create policy own on grants_given for select to nself_corpus_app using (login = current_user);
grant select on sessions, grants_given to nself_corpus_app;
