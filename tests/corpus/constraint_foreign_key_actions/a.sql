create table public.parent (id integer primary key);
create table public.child (
    id integer primary key,
    none_to_cascade integer constraint fk_1 references public.parent,
    cascade_to_null integer constraint fk_2 references public.parent on delete cascade on update cascade,
    null_to_default integer default 1 constraint fk_3 references public.parent on delete set null on update set null,
    default_to_restrict integer default 1 constraint fk_4 references public.parent on delete set default on update set default,
    restrict_to_none integer constraint fk_5 references public.parent on delete restrict on update restrict,
    kept integer constraint fk_6 references public.parent on delete cascade on update restrict
);
create index child_kept_idx on public.child (kept);
