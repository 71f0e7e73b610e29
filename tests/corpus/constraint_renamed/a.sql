create table public.depot (
    id integer constraint depot_pk primary key,
    code text not null constraint depot_code_uq unique,
    size integer constraint depot_size_ck check (size > 0)
);
create table public.truck (
    id integer constraint truck_pk primary key,
    depot_id integer constraint truck_depot_fk references public.depot,
    depot_code text constraint truck_code_fk references public.depot (code)
);
alter table public.depot replica identity using index depot_code_uq;
comment on constraint depot_size_ck on public.depot is 'room for one';
comment on index public.depot_pk is 'of the key';
