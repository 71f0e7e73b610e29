-- All constraints have the names that the server would have given; foreign keys, comments and the replica identity hang on them.
create table public.depot (
    id integer primary key,
    code text not null unique,
    size integer check (size > 0)
);
create table public.truck (
    id integer primary key,
    depot_id integer references public.depot,
    depot_code text references public.depot (code)
);
alter table public.depot replica identity using index depot_code_key;
comment on constraint depot_size_check on public.depot is 'room for one';
comment on index public.depot_pkey is 'of the key';
