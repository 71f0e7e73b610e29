-- "log" keeps its name only: key, columns, kinds and index are all others.
create table public.reader (id integer primary key);
create table public.log (
    id uuid primary key default gen_random_uuid(),
    reader_id integer not null references public.reader,
    payload jsonb not null default '{}',
    created_at timestamptz not null default now()
);
create index log_at on public.log using brin (created_at);
create view public.last_line as select payload ->> 'line' as line from public.log order by created_at desc limit 1;
