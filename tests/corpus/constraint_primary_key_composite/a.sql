create table public.tenant (id integer primary key);
create table public.project (
    id integer primary key,
    tenant_id integer not null references public.tenant,
    name text not null
);
create table public.task (
    id integer primary key,
    tenant_id integer not null references public.tenant,
    project_id integer not null,
    constraint task_project_fkey foreign key (project_id) references public.project on delete cascade
);
create view public.project_tasks as
    select p.id, p.name, count(t.id) as tasks from public.project p left join public.task t on t.project_id = p.id group by p.id;
