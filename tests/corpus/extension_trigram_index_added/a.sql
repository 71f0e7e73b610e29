create table public.article (
    id integer primary key,
    title text not null,
    body text not null default ''
);
create index article_title_idx on public.article (title);
create view public.article_title as select id, title from public.article;
