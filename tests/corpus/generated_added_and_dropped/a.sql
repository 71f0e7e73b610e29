create table public.product (
    id integer primary key,
    name text not null,
    net numeric(10, 2) not null,
    gross numeric(10, 2) generated always as (net * 1.19) stored
);
create index product_gross_idx on public.product (gross);
create view public.product_price as select id, gross from public.product;
create table public.kept (a integer, b integer generated always as (a + 1) stored);
