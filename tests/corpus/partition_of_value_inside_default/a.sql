create table public.visit (site text not null, n integer) partition by list (site);
create table public.visit_rest partition of public.visit default;
create index visit_n on public.visit (n);
