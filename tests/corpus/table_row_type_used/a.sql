create table public.address (street text, town text);
create table public.customer (
    id integer primary key,
    home public.address,
    older public.address[]
);
create function public.address_line(a public.address) returns text
    language sql immutable
    as $$ select (a).street || ', ' || (a).town $$;
create view public.customer_line as select id, public.address_line(home) as line from public.customer;
create view public.towns as select distinct a.town from public.address a;
