-- An attribute's collation, comments of type and attributes, and the owner change.
do $$ begin
    create role nself_corpus_typist;
exception when duplicate_object or unique_violation then null;
end $$;

create type public.entry as (word text collate "POSIX", meaning text);
create type public.other as (a integer);
alter type public.other owner to nself_corpus_typist;
comment on type public.entry is 'of another dictionary';
comment on column public.entry.meaning is 'in short';
comment on column public.other.a is 'the only one';
create function public.entries() returns setof public.entry language sql stable as $$ select 'a'::text collate "C", 'b'::text $$;
