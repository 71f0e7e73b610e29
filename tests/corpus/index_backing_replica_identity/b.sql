-- The index behind a replica identity changes its definition (it must be dropped and named again); another table gets one.
create table public.feed (id integer not null, code text not null, version integer not null);
create unique index feed_code on public.feed (code, id);
create unique index feed_version on public.feed (id, version);
alter table public.feed replica identity using index feed_code;
create table public.kept (id integer not null);
create unique index kept_id on public.kept (id);
alter table public.kept replica identity using index kept_id;
