create domain public.name as text constraint name_filled check (value <> '');
create domain public.short_name as public.name constraint short_enough check (length(value) <= 20);
create domain public.nick as public.short_name default 'anon';
create table public.person (id integer primary key, name public.name not null, nick public.nick);
create function public.greet(n public.short_name) returns text language sql immutable as $$ select 'hello ' || n $$;
