-- An identity key becomes a uuid with a default, its referrer and a function argument follow.
create table public.device (id uuid default gen_random_uuid() primary key, name text not null);
create table public.signal (
    device_id uuid not null references public.device on delete cascade,
    at timestamptz not null,
    value real,
    primary key (device_id, at)
);
create function public.device_name(d uuid) returns text language sql stable as 'select name from public.device where id = d';
