create table public.hit (id integer primary key with (fillfactor = 70), page text not null, at timestamptz);
create index hit_page on public.hit (page) with (fillfactor = 60);
create index hit_at on public.hit (at);
create index hit_brin on public.hit using brin (at) with (pages_per_range = 8);
create index hit_kept on public.hit (page, at) with (fillfactor = 99);
