create table public.job (
    id integer primary key,
    state text not null default 'queued',
    constraint job_state_known check (state in ('queued', 'running', 'done'))
);
create index job_queued_idx on public.job (id) where state = 'queued';
create view public.running_job as select id from public.job where state = 'running';
create function public.job_open(s text) returns boolean language sql immutable as $$ select s <> 'done' $$;
