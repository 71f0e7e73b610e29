-- Tenants come: a table, a column on every table, composite keys, policies for a role and a view that obeys them.
do $$ begin
    create role nself_corpus_app;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.tenant (id uuid primary key default gen_random_uuid(), name text not null unique);
create function public.current_tenant() returns uuid language sql stable as $$ select nullif(current_setting('app.tenant', true), '')::uuid $$;
create table public.project (
    id integer generated always as identity primary key,
    name text not null,
    tenant_id uuid not null default public.current_tenant() references public.tenant,
    constraint project_name_key unique (tenant_id, name),
    constraint project_of_tenant unique (tenant_id, id)
);
create table public.task (
    id integer generated always as identity primary key,
    project_id integer not null,
    title text not null,
    done boolean not null default false,
    tenant_id uuid not null default public.current_tenant() references public.tenant,
    constraint task_project_id_fkey foreign key (tenant_id, project_id) references public.project (tenant_id, id) on delete cascade
);
create index task_project on public.task (tenant_id, project_id);
alter table public.project enable row level security;
alter table public.project force row level security;
alter table public.task enable row level security;
alter table public.task force row level security;
create policy of_tenant on public.project to nself_corpus_app using (tenant_id = public.current_tenant()) with check (tenant_id = public.current_tenant());
create policy of_tenant on public.task to nself_corpus_app using (tenant_id = public.current_tenant() and exists (select from public.project p where p.id = project_id));
create view public.open_task with (security_invoker = true) as
    select t.id, t.title, p.name as project from public.task t join public.project p on p.id = t.project_id where not t.done;
grant select, insert, update, delete on public.project, public.task to nself_corpus_app;
grant select on public.open_task to nself_corpus_app;
grant select (id) on public.tenant to nself_corpus_app;
