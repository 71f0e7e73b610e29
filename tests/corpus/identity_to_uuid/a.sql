create table public.device (id bigint generated always as identity primary key, name text not null);
create table public.signal (
    device_id bigint not null references public.device on delete cascade,
    at timestamptz not null,
    value real,
    primary key (device_id, at)
);
create function public.device_name(d bigint) returns text language sql stable as 'select name from public.device where id = d';
