-- a collation of the builtin provider of PostgreSQL 17 changes its locale
create collation fast (provider = builtin, locale = 'C.UTF-8');
create table notes (id integer primary key, title text collate fast not null);
create unique index notes_title_key on notes (title);
