create table public.sample (
    id integer primary key,
    at timestamptz not null,
    tags text[],
    place point,
    code text,
    doc tsvector
);
create index sample_at on public.sample (at);
create index sample_tags on public.sample using gin (tags) with (fastupdate = off);
create index sample_place on public.sample using gist (place) with (fillfactor = 80);
create index sample_code on public.sample using hash (code);
create index sample_doc on public.sample using gin (doc);
