create table public.job (id bigserial primary key, kind text not null, payload json not null, done boolean default false);
create index job_open on public.job (id) where done = false;
create function public.next_job() returns public.job language sql as $$ update public.job set done = true where id = (select id from public.job where done = false order by id limit 1 for update skip locked) returning * $$;
create function public.job_added() returns trigger language plpgsql as $$ begin notify jobs; return null; end $$;
create trigger job_added after insert on public.job for each statement execute function public.job_added();
create view public.job_stat as select kind, count(*) filter (where done) as done, count(*) as total from public.job group by kind;
