create type public.amount as (value numeric(10, 2), currency char(3));
create table public.bill (id integer primary key, total public.amount not null);
create view public.bill_total as select id, (total).value as value, (total).currency as currency from public.bill;
create function public.as_text(a public.amount) returns text language sql immutable as $$ select (a).value || ' ' || (a).currency $$;
create cast (public.amount as text) with function public.as_text(public.amount);
