-- The composite column is spread over two plain columns; type, function and cast go.
create table public.bill (id integer primary key, value numeric(10, 2), currency char(3));
create view public.bill_total as select id, value, currency from public.bill;
