create table public.typmod (
    id integer primary key,
    wider varchar(10),
    narrower varchar(100) default 'abc',
    unbounded varchar(20) not null,
    as_text varchar(30),
    fixed char(4),
    price numeric(8, 2),
    ratio numeric,
    at timestamp(3),
    clock time,
    flags bit(4),
    more_flags varbit(8),
    span interval,
    names varchar(10)[],
    untouched varchar(7)
);
create index typmod_wider_idx on public.typmod (wider);
create view public.typmod_id as select id, untouched from public.typmod;
