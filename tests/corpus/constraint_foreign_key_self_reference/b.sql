-- The table comes to refer to itself, once by its key and once by a new unique pair.
create table public.employee (
    id integer primary key,
    name text not null,
    boss_id integer references public.employee on delete set null,
    office text,
    constraint employee_id_office unique (id, office),
    constraint employee_same_office foreign key (boss_id, office) references public.employee (id, office) deferrable initially deferred
);
create index employee_boss_idx on public.employee (boss_id);
create recursive view public.below_the_first (id, depth) as
    select id, 0 from public.employee where boss_id is null
    union all
    select e.id, b.depth + 1 from public.employee e join below_the_first b on b.id = e.boss_id;
