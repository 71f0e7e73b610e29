-- Root and partitions have owners and grants each of their own.
do $$ begin
    create role nself_corpus_first;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
    create role nself_corpus_second;
exception when duplicate_object or unique_violation then null;
end $$;

create table public.part (id integer not null) partition by list (id);
create table public.part_1 partition of public.part for values in (1);
create table public.part_2 partition of public.part for values in (2);
alter table public.part owner to nself_corpus_second;
alter table public.part_1 owner to nself_corpus_first;
alter table public.part_2 owner to nself_corpus_second;
grant select on public.part to nself_corpus_first;
grant insert on public.part_1 to nself_corpus_second;
