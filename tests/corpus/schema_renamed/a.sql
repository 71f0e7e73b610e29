create schema sales;
comment on schema sales is 'orders and their lines';

create table sales.orders (
    id bigint generated always as identity primary key,
    placed_on date not null
);
create table sales.line (
    order_id bigint not null references sales.orders on delete cascade,
    position smallint not null,
    cents integer not null default 0,
    primary key (order_id, position)
);
create view sales.total as select order_id, sum(cents) as cents from sales.line group by order_id;
create table public.note (order_id bigint references sales.orders, body text);
