create function public.normal(t text) returns text language sql immutable as 'select lower(trim(t))';
create table public.street (id integer primary key, name text not null, data jsonb not null default '{}');
create unique index street_name_normal on public.street (public.normal(name));
create index street_city on public.street ((data ->> 'city'), (data ->> 'zip') desc);
create index street_partial on public.street (id) where public.normal(name) <> '';
create index street_plain on public.street (name);
