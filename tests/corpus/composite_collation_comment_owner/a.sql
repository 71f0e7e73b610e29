do $$ begin
    create role nself_corpus_typist;
exception when duplicate_object or unique_violation then null;
end $$;

create type public.entry as (word text collate "C", meaning text);
create type public.other as (a integer);
comment on type public.entry is 'of a dictionary';
comment on column public.entry.word is 'sorted by bytes';
create function public.entries() returns setof public.entry language sql stable as $$ select 'a'::text collate "C", 'b'::text $$;
