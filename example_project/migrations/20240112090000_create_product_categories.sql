-- Categories are shared by all tenants: no tenant_id, and only the owner role writes them.

-- UP
create table public.product_categories (
    id integer generated always as identity primary key,
    slug text not null unique,
    name text not null,
    parent_id integer references public.product_categories (id),
    check (parent_id <> id)
);

create index product_categories_parent_id_idx on public.product_categories (parent_id);

insert into public.product_categories (slug, name, parent_id)
values ('kitchen', 'Kitchen', null), ('garden', 'Garden', null);

insert into public.product_categories (slug, name, parent_id)
select 'tea', 'Tea', id from public.product_categories where slug = 'kitchen';

create materialized view public.category_paths as
with recursive paths as (
    select id, slug, name as path, 1 as depth from public.product_categories where parent_id is null
    union all
    select child.id, child.slug, paths.path || ' > ' || child.name, paths.depth + 1
    from public.product_categories as child
    join paths on paths.id = child.parent_id
)
select id, slug, path, depth from paths;

create unique index category_paths_id_key on public.category_paths (id);

grant select on public.product_categories, public.category_paths to shop_app;

-- DOWN
drop materialized view public.category_paths;
drop table public.product_categories;
