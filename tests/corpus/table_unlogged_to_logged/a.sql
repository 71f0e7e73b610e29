create unlogged table public.session (
    id bigint generated always as identity primary key,
    token text not null unique
);
create unlogged table public.session_event (
    session_id bigint not null references public.session on delete cascade,
    at timestamptz not null,
    primary key (session_id, at)
);
create unlogged table public.cache (key text primary key, value bytea);
create table public.member (id integer primary key);
