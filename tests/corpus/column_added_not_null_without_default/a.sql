create table public.tag (id integer primary key, label text not null);
create view public.label as select label from public.tag;
create table public.filled (id integer primary key);
