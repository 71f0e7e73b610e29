-- ltree comes in a schema of its own and a text column takes its type.
create schema tree;
comment on schema tree is 'holds ltree only';
create extension ltree with schema tree;

create table public.category (
    id integer primary key,
    path tree.ltree not null
);
create index category_path_idx on public.category (path);
create index category_path_gist on public.category using gist (path);
comment on column public.category.path is 'dotted';
