-- Lengths, precisions and fields of many column types change, the types themselves nearly never.
create table public.typmod (
    id integer primary key,
    wider varchar(20),
    narrower varchar(50) default 'abc',
    unbounded varchar not null,
    as_text text,
    fixed char(6),
    price numeric(12, 3),
    ratio numeric(5, 4),
    at timestamp,
    clock time(0),
    flags bit(8),
    more_flags varbit,
    span interval day to second(3),
    names varchar(40)[],
    untouched varchar(7)
);
create index typmod_wider_idx on public.typmod (wider);
create view public.typmod_id as select id, untouched from public.typmod;
