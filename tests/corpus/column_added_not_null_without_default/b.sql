-- An empty table and a filled one each gain a not-null column without a default.
create table public.tag (id integer primary key, label text not null, colour text not null);
create view public.label as select label from public.tag;
create table public.filled (id integer primary key, weight integer not null);
