-- A label goes from under everything that can depend on an enum: default, generated column, check, indexes, views, function, trigger, policy, cast.
do $$ begin
    create role nself_corpus_reader;
exception when duplicate_object or unique_violation then null;
end $$;

create type public.stage as enum ('draft', 'review', 'public');
create table public.article (
    id integer primary key,
    stage public.stage not null default 'draft',
    visible boolean generated always as (stage = 'public') stored,
    constraint article_stage check (stage <> 'review')
);
create index article_review on public.article (id) where stage = 'review';
create index article_stage_idx on public.article (stage, id);
create view public.visible_article as select id, stage from public.article where stage = 'public';
create function public.next_stage(s public.stage, fallback public.stage default 'draft') returns public.stage
    language sql immutable
    as $$ select case s when 'draft' then 'review'::public.stage when 'review' then 'public'::public.stage else fallback end $$;
create view public.article_next as select id, public.next_stage(stage) as next from public.visible_article;
create function public.on_stage() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger stage_moves before update on public.article
    for each row when (old.stage = 'draft' and new.stage is distinct from old.stage) execute function public.on_stage();
alter table public.article enable row level security;
create policy readers on public.article for select to nself_corpus_reader using (stage in ('review', 'public'));
grant select on public.visible_article to nself_corpus_reader;
create cast (public.stage as integer) with inout;
comment on type public.stage is 'from desk to shelf';
