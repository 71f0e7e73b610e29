-- Storage parameters of a key's index and of plain indexes change in place.
create table public.hit (id integer primary key, page text not null, at timestamptz);
create index hit_page on public.hit (page) with (fillfactor = 75, deduplicate_items = off);
create index hit_at on public.hit (at) with (fillfactor = 50);
create index hit_brin on public.hit using brin (at) with (pages_per_range = 32, autosummarize = on);
create index hit_kept on public.hit (page, at) with (fillfactor = 99);
