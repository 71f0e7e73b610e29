-- A partition comes for a value whose rows lie in the default partition.
create table public.visit (site text not null, n integer) partition by list (site);
create table public.visit_rest partition of public.visit default;
create table public.visit_home partition of public.visit for values in ('home');
create index visit_n on public.visit (n);
