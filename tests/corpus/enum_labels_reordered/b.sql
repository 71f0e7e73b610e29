-- The same labels in another order: every comparison and every sorted index means something else.
create type public.priority as enum ('high', 'normal', 'low');
create table public.todo (id integer primary key, priority public.priority not null default 'normal');
create index todo_priority on public.todo (priority desc);
create index todo_urgent on public.todo (id) where priority >= 'high';
create materialized view public.todo_count as select priority, count(*) as n from public.todo group by priority;
create unique index todo_count_priority on public.todo_count (priority);
