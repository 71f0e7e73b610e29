create function public.slug(t text) returns text language sql immutable as $$ select replace(lower(t), ' ', '-') $$;
create table public.post (
    id integer primary key,
    title text not null,
    slug text generated always as (public.slug(title)) stored
);
create unique index post_slug_key on public.post (slug);
create table public.link (id integer primary key, post_slug text references public.post (slug));
create view public.post_link as select p.id, l.id as link from public.post p join public.link l on l.post_slug = p.slug;
