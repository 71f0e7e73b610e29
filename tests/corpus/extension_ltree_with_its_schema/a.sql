create table public.category (
    id integer primary key,
    path text not null
);
create index category_path_idx on public.category (path);
comment on column public.category.path is 'dotted';
