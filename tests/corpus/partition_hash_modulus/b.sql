-- Of two hash partitions one is split into two of a larger modulus, below a foreign key.
create table public.session (id uuid not null, data jsonb, primary key (id)) partition by hash (id);
create table public.session_0 partition of public.session for values with (modulus 2, remainder 0);
create table public.session_1 partition of public.session for values with (modulus 4, remainder 1);
create table public.session_3 partition of public.session for values with (modulus 4, remainder 3);
create table public.other (id integer, session_id uuid references public.session);
