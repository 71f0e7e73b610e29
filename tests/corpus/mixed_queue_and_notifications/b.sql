-- A boolean becomes an enum, json becomes jsonb, the row-returning function keeps its row type and the trigger fires per row.
create type public.job_state as enum ('waiting', 'running', 'done', 'failed');
create table public.job (
    id bigserial primary key,
    kind text not null,
    payload jsonb not null default '{}',
    state public.job_state not null default 'waiting',
    run_after timestamptz not null default now(),
    tries smallint not null default 0,
    constraint job_tries check (tries between 0 and 10)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
create index job_open on public.job (run_after, id) where state = 'waiting';
create index job_payload on public.job using gin (payload jsonb_path_ops);
create function public.next_job() returns public.job language sql as $$ update public.job set state = 'running', tries = tries + 1 where id = (select id from public.job where state = 'waiting' and run_after <= now() order by run_after, id limit 1 for update skip locked) returning * $$;
create function public.job_added() returns trigger language plpgsql as $$ begin perform pg_notify('jobs', new.kind); return null; end $$;
create trigger job_added after insert or update of state on public.job for each row when (new.state = 'waiting') execute function public.job_added();
create view public.job_stat as select kind, count(*) filter (where state = 'done') as done, count(*) as total, max(tries) as tries from public.job group by kind;
