-- a column becomes bigint and so does the function argument that was written orders.id%type
do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table orders (id bigint primary key, total numeric(8, 2) not null);
create function order_total(which orders.id%type) returns orders.total%type language sql stable as $$ select total from orders where id = which $$;
grant execute on function order_total(bigint) to nself_corpus_app;
create view first_total as select order_total(1) as total;
