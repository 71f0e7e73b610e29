-- The enum goes; its columns become text with a check, the function takes text.
create table public.person (
    id integer primary key,
    mood text default 'ok',
    moods text[] default '{}',
    constraint person_mood check (mood in ('sad', 'ok', 'happy'))
);
create view public.mood_count as select mood, count(*) as n from public.person group by mood;
create function public.rank(m text) returns integer language sql immutable as $$ select case m when 'sad' then 0 else 1 end $$;
create index person_rank on public.person (public.rank(mood));
