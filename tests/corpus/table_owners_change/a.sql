do $$ begin
    create role nself_corpus_writer;
exception when duplicate_object or unique_violation then null;
end $$;

create type public.mood as enum ('good', 'bad');
create table public.diary (id serial primary key, mood public.mood, body text);
create view public.good_day as select id from public.diary where mood = 'good';
create materialized view public.mood_count as select mood, count(*) as n from public.diary group by mood;
create sequence public.free_number;
create function public.next_free() returns bigint language sql as $$ select nextval('public.free_number') $$;
create table public.untouched (id serial primary key);
