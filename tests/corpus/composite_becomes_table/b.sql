-- A composite type becomes a table of the same name, whose row type takes its place.
create table public.contact (name text, phone text);
create table public.call (id integer primary key, at timestamptz, other public.contact);
create function public.name_of(c public.contact) returns text language sql immutable as 'select (c).name';
