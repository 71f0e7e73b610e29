-- An index on the parent only, invalid so far, has one partition attached but not yet the other; a second such one comes.
create table public.hit (id integer not null, day date not null) partition by range (day);
create table public.hit_a partition of public.hit for values from ('2023-01-01') to ('2024-01-01');
create table public.hit_b partition of public.hit for values from ('2024-01-01') to ('2025-01-01');
create index hit_id on only public.hit (id);
create index hit_a_id on public.hit_a (id);
alter index public.hit_id attach partition public.hit_a_id;
create index hit_day on only public.hit (day);
comment on index public.hit_id is 'not valid yet';
