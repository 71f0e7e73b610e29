-- Schema "sales" is called "commerce"; nothing in it changes.
create schema commerce;
comment on schema commerce is 'orders and their lines';

create table commerce.orders (
    id bigint generated always as identity primary key,
    placed_on date not null
);
create table commerce.line (
    order_id bigint not null references commerce.orders on delete cascade,
    position smallint not null,
    cents integer not null default 0,
    primary key (order_id, position)
);
create view commerce.total as select order_id, sum(cents) as cents from commerce.line group by order_id;
create table public.note (order_id bigint references commerce.orders, body text);
