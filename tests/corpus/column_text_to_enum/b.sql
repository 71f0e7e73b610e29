-- A text column with a check becomes an enum, below a partial index, a view and a default.
create type public.job_state as enum ('queued', 'running', 'done');
create table public.job (
    id integer primary key,
    state public.job_state not null default 'queued'
);
create index job_queued_idx on public.job (id) where state = 'queued';
create view public.running_job as select id from public.job where state = 'running';
create function public.job_open(s public.job_state) returns boolean language sql immutable as $$ select s <> 'done' $$;
