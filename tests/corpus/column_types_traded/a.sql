create table public.mixup (id integer primary key, one integer not null, two text not null);
create index mixup_one on public.mixup (one);
create index mixup_two on public.mixup (two text_pattern_ops);
create function public.pick(m public.mixup) returns text language sql immutable as 'select m.two || m.one';
