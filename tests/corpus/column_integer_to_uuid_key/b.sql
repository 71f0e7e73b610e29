-- Serial keys become uuid keys with a default, and the foreign key follows.
create table public.author (id uuid default gen_random_uuid() primary key, name text not null);
create table public.book (
    id uuid default gen_random_uuid() primary key,
    author_id uuid not null references public.author,
    title text not null
);
create index book_author_idx on public.book (author_id);
create view public.book_author as select b.title, a.name from public.book b join public.author a on a.id = b.author_id;
