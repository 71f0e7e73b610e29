-- Keys become composite (tenant first) and the foreign key with them; a view that grouped by the old key says all its columns.
create table public.tenant (id integer primary key);
create table public.project (
    id integer not null,
    tenant_id integer not null references public.tenant,
    name text not null,
    primary key (tenant_id, id)
);
create table public.task (
    id integer not null,
    tenant_id integer not null references public.tenant,
    project_id integer not null,
    primary key (tenant_id, id),
    constraint task_project_fkey foreign key (tenant_id, project_id) references public.project on delete cascade
);
create view public.project_tasks as
    select p.id, p.name, count(t.id) as tasks from public.project p left join public.task t on t.project_id = p.id group by p.tenant_id, p.id;
