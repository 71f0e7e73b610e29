create type public.mood as enum ('sad', 'ok', 'happy');
create table public.person (id integer primary key, mood public.mood default 'ok', moods public.mood[] default '{}');
create view public.mood_count as select mood, count(*) as n from public.person group by mood;
create function public.rank(m public.mood) returns integer language sql immutable as $$ select case m when 'sad' then 0 else 1 end $$;
create index person_rank on public.person (public.rank(mood));
