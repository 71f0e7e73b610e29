-- The salary moves to a history of periods that exclude each other; view and function work on it.
create extension btree_gist;
create table public.employee (id integer primary key, name text not null);
create table public.salary (
    employee_id integer not null references public.employee on delete cascade,
    during daterange not null,
    salary integer not null,
    constraint salary_during exclude using gist (employee_id with =, during with &&),
    constraint salary_period check (not isempty(during))
);
create index salary_current on public.salary (employee_id) where upper_inf(during);
create view public.salary_now as select e.id, s.salary from public.employee e join public.salary s on s.employee_id = e.id and upper_inf(s.during);
create function public.raise_salary(which integer, by integer) returns integer language sql as 'update public.salary set salary = salary + by where employee_id = which and upper_inf(during) returning salary';
create table public.bonus (employee_id integer references public.employee, cents integer);
