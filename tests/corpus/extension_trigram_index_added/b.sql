-- pg_trgm comes, with two indexes and a function that use it.
create extension pg_trgm;

create table public.article (
    id integer primary key,
    title text not null,
    body text not null default ''
);
create index article_title_idx on public.article (title);
create index article_title_trgm on public.article using gin (title gin_trgm_ops);
create index article_body_trgm on public.article using gist (body gist_trgm_ops (siglen = 32));
create view public.article_title as select id, title from public.article;

create function public.closest(q text) returns setof public.article
    language sql stable
    as $$ select * from public.article order by title <-> q limit 5 $$;
