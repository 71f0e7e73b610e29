create function slug_a(t text) returns text language sql immutable as $$ select lower(t) $$;
create table pages (id integer primary key, title text not null, slug text generated always as (slug_a(title)) stored);
create unique index pages_slug_key on pages (slug);
create view page_slugs as select slug from pages;
comment on column pages.slug is 'in the address';
