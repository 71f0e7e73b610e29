create collation sorting from "C";
create collation plain (provider = libc, locale = 'POSIX');
create table names (id integer primary key, name text collate sorting not null, nick text collate "C");
create index names_name_idx on names (name);
create index names_plain_idx on names (nick collate plain);
create view sorted as select name from names order by name collate plain;
create domain label as text collate sorting;
comment on collation sorting is 'for names';
