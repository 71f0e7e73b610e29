-- Columns change their collation below a unique constraint, indexes and a view; one takes a collation of our own.
create collation public.plain (provider = libc, locale = 'C');

create table public.word (
    id integer primary key,
    spelling text collate public.plain not null,
    other text collate "POSIX",
    fixed varchar(20),
    constraint word_spelling_key unique (spelling)
);
create index word_other_idx on public.word (other);
create index word_expression_idx on public.word (lower(other) collate "C");
create view public.first_word as select min(spelling) as first from public.word;
