create table public.employee (
    id integer primary key,
    name text not null,
    boss_id integer,
    office text
);
create index employee_boss_idx on public.employee (boss_id);
create recursive view public.below_the_first (id, depth) as
    select id, 0 from public.employee where boss_id is null
    union all
    select e.id, b.depth + 1 from public.employee e join below_the_first b on b.id = e.boss_id;
