-- Only the body of a function changes that a stored generated column and an index have values from.
create function public.initials(t text) returns text language sql immutable as $$ select upper(left(t, 1)) || '.' $$;
create table public.member (
    id integer primary key,
    name text not null,
    initials text generated always as (public.initials(name)) stored
);
create index member_initials_idx on public.member (public.initials(name));
