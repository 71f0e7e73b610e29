do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
grant usage on schema app to nself_corpus_app;
create table app.projects (id integer primary key, name text not null);
create table app.tasks (id integer primary key, project_id integer not null references app.projects, title text not null);
create view app.board with (security_invoker = true) as select t.id, t.title, p.name from app.tasks t join app.projects p on p.id = t.project_id;
grant select, insert, update, delete on all tables in schema app to nself_corpus_app;
alter default privileges in schema app grant select, insert, update, delete on tables to nself_corpus_app;
