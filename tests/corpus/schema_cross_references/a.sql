create schema core;
create schema web;

create table core.person (id integer primary key, name text not null);
create function core.shout(t text) returns text language sql immutable as 'select upper(t)';
create table web.page (
    id integer primary key,
    author_id integer not null references core.person,
    title text not null,
    loud text generated always as (core.shout(title)) stored
);
create view core.author as select distinct p.id, p.name from core.person p join web.page g on g.author_id = p.id;
create view web.by_author as select a.name, count(*) as pages from core.author a join web.page g on g.author_id = a.id group by a.name;
