-- One stored generated column goes with its index, another comes with an index of its own; the view changes its source.
create table public.product (
    id integer primary key,
    name text not null,
    net numeric(10, 2) not null,
    search tsvector generated always as (to_tsvector('simple', name)) stored
);
create index product_search_idx on public.product using gin (search);
create view public.product_price as select id, round(net * 1.19, 2)::numeric(10, 2) as gross from public.product;
create table public.kept (a integer, b integer generated always as (a + 1) stored);
