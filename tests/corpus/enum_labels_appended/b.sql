-- Labels come at the end, and a default, a predicate and a view use them at once.
create type public.state as enum ('new', 'open', 'done', 'dropped');
create table public.issue (
    id integer primary key,
    state public.state not null default 'new',
    earlier public.state[] default '{done}'
);
create index issue_state on public.issue (state) where state <> 'dropped';
create view public.open_issue as select id from public.issue where state not in ('done', 'dropped');
create type public.kept as enum ('x');
