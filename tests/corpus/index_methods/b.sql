-- Indexes keep their names and columns but change access method or its parameters.
create table public.sample (
    id integer primary key,
    at timestamptz not null,
    tags text[],
    place point,
    code text,
    doc tsvector
);
create index sample_at on public.sample using brin (at) with (pages_per_range = 16, autosummarize = on);
create index sample_tags on public.sample using gin (tags) with (gin_pending_list_limit = 512);
create index sample_place on public.sample using spgist (place);
create index sample_code on public.sample (code) with (deduplicate_items = off);
create index sample_doc on public.sample using gist (doc tsvector_ops (siglen = 100));
