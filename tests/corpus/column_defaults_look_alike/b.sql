-- Some defaults only look different, others only look the same.
create table public.defaults (
    id integer primary key,
    quoted_number integer default 1,
    null_or_none text,
    moment timestamptz default current_timestamp,
    negative integer default (-1),
    empty text default ' ',
    json jsonb default '{"a":1}',
    list integer[] default array[1, 2],
    string text default 'its',
    escaped text default 'a\nb',
    flag boolean default 't',
    sum integer default 2,
    cast_text text default 1,
    kept numeric default 0.10
);
