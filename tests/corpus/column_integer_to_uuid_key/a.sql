create table public.author (id serial primary key, name text not null);
create table public.book (
    id serial primary key,
    author_id integer not null references public.author,
    title text not null
);
create index book_author_idx on public.book (author_id);
create view public.book_author as select b.title, a.name from public.book b join public.author a on a.id = b.author_id;
