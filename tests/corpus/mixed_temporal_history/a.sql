create extension btree_gist;
create table public.employee (id integer primary key, name text not null, salary integer not null, since date not null);
create view public.salary_now as select id, salary from public.employee;
create function public.raise_salary(which integer, by integer) returns integer language sql as 'update public.employee set salary = salary + by where id = which returning salary';
create table public.bonus (employee_id integer references public.employee, cents integer);
