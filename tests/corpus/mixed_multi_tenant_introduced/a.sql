do $$ begin
    create role nself_corpus_app;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.project (id integer generated always as identity primary key, name text not null, constraint project_name_key unique (name));
create table public.task (
    id integer generated always as identity primary key,
    project_id integer not null references public.project on delete cascade,
    title text not null,
    done boolean not null default false
);
create index task_project on public.task (project_id);
create view public.open_task as select t.id, t.title, p.name as project from public.task t join public.project p on p.id = t.project_id where not t.done;
grant select, insert, update, delete on public.project, public.task to nself_corpus_app;
grant select on public.open_task to nself_corpus_app;
