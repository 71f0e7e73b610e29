-- Two columns trade their types; an index uses an operator class of one of them.
create table public.mixup (id integer primary key, one text not null, two integer not null);
create index mixup_one on public.mixup (one text_pattern_ops);
create index mixup_two on public.mixup (two);
create function public.pick(m public.mixup) returns text language sql immutable as 'select m.one || m.two';
