-- Every table but the last takes another replica identity.
create table public.to_full (id integer primary key, a text);
alter table public.to_full replica identity full;
create table public.to_nothing (id integer primary key, a text);
alter table public.to_nothing replica identity nothing;
create table public.to_index (id integer primary key, code text not null);
create unique index to_index_code on public.to_index (code);
alter table public.to_index replica identity using index to_index_code;
create table public.to_default (id integer primary key, a text);
create table public.kept (id integer primary key, code text not null unique);
alter table public.kept replica identity using index kept_code_key;
