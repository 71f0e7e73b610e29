do $$ begin
    create role nself_corpus_typist;
exception when duplicate_object or unique_violation then null;
end $$;

create schema kinds;
create type public.dates as range (subtype = date);
create type public.floats as range (subtype = real);
create table public.season (id integer primary key, dates public.dates, floats public.floats);
comment on type public.dates is 'no canonical form';
