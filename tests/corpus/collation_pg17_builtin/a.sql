create collation fast (provider = builtin, locale = 'C');
create table notes (id integer primary key, title text collate fast not null);
create unique index notes_title_key on notes (title);
