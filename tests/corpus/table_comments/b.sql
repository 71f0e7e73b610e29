-- Comments come, go and change, on the table and all around it.
create table public.book (
    id integer constraint book_pk primary key,
    title text not null,
    year integer constraint book_year_sane check (year > 1400)
);
create index book_title_idx on public.book (title);
create view public.book_title as select title from public.book;
comment on table public.book is E'all books;\n-- not a comment, $$not a body$$ — “quoted”';
comment on column public.book.id is 'it''s the number';
comment on constraint book_year_sane on public.book is 'printing was new';
comment on index public.book_title_idx is 'for the search';
comment on index public.book_pk is 'of the key';
comment on column public.book_title.title is E'back\\slash';
