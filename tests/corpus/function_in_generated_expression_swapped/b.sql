-- a generated column calls a new function and the old one is gone; index, view and comment stand on the column
create function slug_b(t text) returns text language sql immutable as $$ select replace(lower(t), ' ', '-') $$;
create table pages (id integer primary key, title text not null, slug text generated always as (slug_b(title)) stored);
create unique index pages_slug_key on pages (slug);
create view page_slugs as select slug from pages;
comment on column pages.slug is 'in the address';
