create type state as enum ('new', 'open', 'stale', 'closed');
create table issues (id integer primary key, state state not null default 'new');
create function is_open(s state) returns boolean language sql immutable as $$ select s in ('new', 'open') $$;
create function states(among state[] default '{new,open}') returns setof state language sql stable as $$ select unnest(among) $$;
create view open_issues as select id, state from issues where is_open(state);
create index issues_open_idx on issues (id) where is_open(state);
