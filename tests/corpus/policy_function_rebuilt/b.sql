-- auth.uid() returns text instead of a number, auth.can() gets an argument: policies on two tables and a default follow
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema auth;
grant usage on schema auth to nself_corpus_app;
create function auth.uid() returns text language sql stable as $$ select nullif(current_setting('app.uid', true), '') $$;
create function auth.can(what text, who text default auth.uid()) returns boolean language sql stable as $$ select who = '1' or what = 'read' $$;
create table tickets (id integer primary key, author text not null default auth.uid(), body text);
create table replies (id integer primary key, ticket_id integer not null references tickets, author text not null);
alter table tickets enable row level security;
alter table replies enable row level security;
create policy mine on tickets using (author = auth.uid()) with check (auth.can('write'));
create policy visible on tickets for select using (auth.can('read'));
create policy mine on replies using (author = auth.uid() and exists (select 1 from tickets t where t.id = ticket_id));
grant select, insert on tickets, replies to nself_corpus_app;
