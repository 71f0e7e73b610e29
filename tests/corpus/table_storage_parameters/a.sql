create table public.counter (id integer primary key, hits bigint not null default 0)
    with (fillfactor = 50, autovacuum_enabled = false);
create table public.document (id integer primary key, body text)
    with (toast_tuple_target = 256, toast.autovacuum_vacuum_scale_factor = 0.5);
create table public.plain (id integer primary key);
create table public.steady (id integer primary key) with (fillfactor = 80);
