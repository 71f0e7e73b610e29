create table public.book (
    id integer constraint book_pk primary key,
    title text not null,
    year integer constraint book_year_sane check (year > 1400)
);
create index book_title_idx on public.book (title);
create view public.book_title as select title from public.book;
comment on table public.book is 'all books';
comment on column public.book.title is 'as printed';
comment on constraint book_pk on public.book is 'the key';
comment on index public.book_title_idx is 'for the search';
comment on view public.book_title is 'titles';
comment on column public.book_title.title is 'of the view';
