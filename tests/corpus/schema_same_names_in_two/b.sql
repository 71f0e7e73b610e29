-- Only the schema "west" changes, although "east" has objects of all the same names.
create schema east;
create schema west;

create type east.kind as enum ('a', 'b');
create type west.kind as enum ('a', 'b', 'c');

create table east.item (id integer constraint item_pk primary key, kind east.kind, size integer constraint size_positive check (size > 0));
create table west.item (id integer constraint item_pk primary key, kind west.kind, size bigint constraint size_positive check (size >= 0));

create index item_kind_idx on east.item (kind);
create index item_kind_idx on west.item (kind, size desc);

create function east.double(n integer) returns integer language sql immutable as 'select n * 2';
create function west.double(n bigint) returns bigint language sql immutable as 'select n + n';

create view east.items as select id, east.double(size) as size from east.item;
create view west.items as select id, west.double(size) as size from west.item;
