create type public.state as enum ('new', 'open');
create table public.issue (
    id integer primary key,
    state public.state not null default 'new',
    earlier public.state[]
);
create index issue_state on public.issue (state);
create view public.open_issue as select id from public.issue where state = 'open';
create type public.kept as enum ('x');
