-- One range type moves to another schema with its multirange, the other changes owner and comment.
do $$ begin
    create role nself_corpus_typist;
exception when duplicate_object or unique_violation then null;
end $$;

create schema kinds;
create type kinds.dates as range (subtype = date);
create type public.floats as range (subtype = real);
alter type public.floats owner to nself_corpus_typist;
create table public.season (id integer primary key, dates kinds.dates, floats public.floats);
comment on type kinds.dates is 'no canonical form';
comment on type public.floats is 'small ones';
