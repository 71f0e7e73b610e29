-- The middle one of three stacked domains goes; the last lies on the first, and a new one lies beside it.
create domain public.name as text constraint name_filled check (value <> '');
create domain public.nick as public.name default 'anon' constraint nick_short check (length(value) <= 20);
create domain public.title as public.name constraint title_known check (value in ('Dr', 'Prof'));
create table public.person (id integer primary key, name public.name not null, nick public.nick);
create function public.greet(n public.nick) returns text language sql immutable as $$ select 'hello ' || n $$;
