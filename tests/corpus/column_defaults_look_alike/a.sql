create table public.defaults (
    id integer primary key,
    quoted_number integer default '1',
    null_or_none text default null,
    moment timestamptz default now(),
    negative integer default -1,
    empty text default '',
    json jsonb default '{"a": 1}',
    list integer[] default '{1,2}',
    string text default 'it''s',
    escaped text default E'a\nb',
    flag boolean default true,
    sum integer default 1 + 1,
    cast_text text default '1',
    kept numeric default 0.10
);
