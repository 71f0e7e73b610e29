-- The two schemas trade directions: the function and the inner view live in "web" now, and "core" reads from them.
create schema core;
create schema web;

create function web.shout(t text) returns text language sql immutable as $$ select upper(t) || '!' $$;
create table core.person (
    id integer primary key,
    name text not null,
    loud text generated always as (web.shout(name)) stored
);
create table web.page (
    id integer primary key,
    author_id integer not null references core.person,
    title text not null
);
create view web.author as select distinct p.id, p.name from core.person p join web.page g on g.author_id = p.id;
create view core.by_author as select a.name, count(*) as pages from web.author a join web.page g on g.author_id = a.id group by a.name;
