-- The function below a referenced generated column is replaced by one with another signature.
create function public.slug(t text, joiner text) returns text language sql immutable as $$ select replace(lower(t), ' ', joiner) $$;
create table public.post (
    id integer primary key,
    title text not null,
    slug text generated always as (public.slug(title, '_')) stored
);
create unique index post_slug_key on public.post (slug);
create table public.link (id integer primary key, post_slug text references public.post (slug));
create view public.post_link as select p.id, l.id as link from public.post p join public.link l on l.post_slug = p.slug;
