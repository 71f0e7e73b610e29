-- The identity column and its sequence become bigint, with the foreign key and a materialized view on top.
create table public.click (id bigint generated always as identity primary key, page text not null);
create table public.click_tag (click_id bigint not null references public.click, tag text, primary key (click_id, tag));
create materialized view public.click_count as select page, count(id) as n, max(id) as last from public.click group by page;
create index click_count_last on public.click_count (last);
