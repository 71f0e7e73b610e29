create schema legacy;

create type legacy.priority as enum ('low', 'high');
create sequence legacy.ticket_number start 1000;

create table legacy.ticket (
    number bigint primary key default nextval('legacy.ticket_number'),
    priority legacy.priority not null default 'low',
    title text not null
);
alter sequence legacy.ticket_number owned by legacy.ticket.number;

create view legacy.urgent as select number, title from legacy.ticket where priority = 'high';

create table public.task (
    id integer primary key,
    ticket_number bigint references legacy.ticket,
    priority legacy.priority,
    title text not null
);

create view public.task_with_ticket as
    select t.id, t.title, u.title as ticket_title
    from public.task t left join legacy.urgent u on u.number = t.ticket_number;
