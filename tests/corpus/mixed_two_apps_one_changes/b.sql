-- Of two applications only the wiki changes: its titles, states, views and functions; the bridge between them stays.
create schema blog;
create schema wiki;
create type blog.state as enum ('draft', 'live');
create table blog.post (id serial primary key, title text not null, state blog.state not null default 'draft', body text);
create index post_state on blog.post (state) where state = 'live';
create view blog.live as select id, title from blog.post where state = 'live';
create function blog.publish(which integer) returns void language sql as $$ update blog.post set state = 'live' where id = which $$;
create type wiki.state as enum ('draft', 'locked', 'live');
create table wiki.page (id serial primary key, title varchar(200) not null, state wiki.state not null default 'live', body text, slug text generated always as (lower(replace(title, ' ', '_'))) stored);
create unique index page_slug on wiki.page (slug);
create table wiki.revision (page_id integer not null references wiki.page on delete cascade, n integer not null, body text, at timestamptz not null default now(), primary key (page_id, n));
create view wiki.live as select id, title, slug from wiki.page where state in ('live', 'locked');
create materialized view wiki.size as select p.id, p.title, sum(octet_length(r.body)) as size from wiki.page p join wiki.revision r on r.page_id = p.id group by p.id;
create index size_size on wiki.size (size);
create function wiki.publish(which integer, lock boolean default false) returns wiki.state language sql as $$ update wiki.page set state = case when lock then 'locked' else 'live' end::wiki.state where id = which returning state $$;
create table public.bridge (post_id integer references blog.post, page_id integer references wiki.page, primary key (post_id, page_id));
