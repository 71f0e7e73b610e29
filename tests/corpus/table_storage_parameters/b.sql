-- Storage parameters change, go and come, on tables and on their toast tables.
create table public.counter (id integer primary key, hits bigint not null default 0)
    with (fillfactor = 70, parallel_workers = 2);
create table public.document (id integer primary key, body text)
    with (toast.autovacuum_enabled = false, toast.vacuum_truncate = false);
create table public.plain (id integer primary key)
    with (autovacuum_analyze_threshold = 500, log_autovacuum_min_duration = 1000);
create table public.steady (id integer primary key) with (fillfactor = 80);
