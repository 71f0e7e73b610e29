create table public.department (id integer primary key, name text not null, head_id integer);
create table public.employee (id integer primary key, department_id integer not null references public.department, mentor_id integer references public.employee);
alter table public.department add constraint department_head foreign key (head_id) references public.employee deferrable initially deferred;
create table public.budget (department_id integer primary key references public.department, approved_by integer references public.employee, cents bigint not null);
create view public.head as select d.name, e.id as employee from public.department d join public.employee e on e.id = d.head_id;
