-- Schema "legacy" goes with all its contents; "public" stops depending on it: the type of task.priority moves home.
create type public.priority as enum ('low', 'high');

create table public.task (
    id integer primary key,
    ticket_number bigint,
    priority public.priority,
    title text not null
);

create view public.task_with_ticket as
    select t.id, t.title, null::text as ticket_title
    from public.task t;
