create schema extensions;
create extension pg_trgm with schema public;
create extension fuzzystrmatch with schema extensions;

create table public.place (id integer primary key, name text not null);
create index place_name_trgm on public.place using gin (name public.gin_trgm_ops);
create view public.likely_pair as
    select a.id as one, b.id as other, public.similarity(a.name, b.name) as closeness
    from public.place a join public.place b on a.id < b.id and extensions.levenshtein(a.name, b.name) < 5;
