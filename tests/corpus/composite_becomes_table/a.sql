create type public.contact as (name text, phone text);
create table public.call (id integer primary key, at timestamptz, other public.contact);
create function public.name_of(c public.contact) returns text language sql immutable as 'select (c).name';
