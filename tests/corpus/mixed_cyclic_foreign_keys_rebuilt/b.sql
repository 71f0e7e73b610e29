-- The keys of two tables that refer to each other become uuids, which breaks and remakes the ring.
create table public.department (id uuid default gen_random_uuid() primary key, name text not null, head_id uuid);
create table public.employee (id uuid default gen_random_uuid() primary key, department_id uuid not null references public.department, mentor_id uuid references public.employee);
alter table public.department add constraint department_head foreign key (head_id) references public.employee deferrable initially deferred;
create table public.budget (department_id uuid primary key references public.department, approved_by uuid references public.employee, cents bigint not null);
create view public.head as select d.name, e.id as employee from public.department d join public.employee e on e.id = d.head_id;
