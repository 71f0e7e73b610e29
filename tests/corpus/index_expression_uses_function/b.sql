-- The function below an expression index gets another signature; other expressions change too.
create function public.normal(t text, keep_case boolean default false) returns text
    language sql immutable
    as 'select case when keep_case then trim(t) else lower(trim(t)) end';
create table public.street (id integer primary key, name text not null, data jsonb not null default '{}');
create unique index street_name_normal on public.street (public.normal(name));
create index street_city on public.street ((data ->> 'zip') desc, (data -> 'city'));
create index street_partial on public.street (id) where public.normal(name, true) <> '';
create index street_plain on public.street (name);
