do $$ begin create role nself_corpus_app; exception when duplicate_object or unique_violation then null; end $$;
create table items (id integer primary key, price numeric not null);
create function net(price numeric) returns numeric language sql immutable as $$ select price / 1.19 $$;
comment on function net(numeric) is 'without tax';
revoke execute on function net(numeric) from public;
grant execute on function net(numeric) to nself_corpus_app;
create view item_prices as select id, net(price) as net from items;
create index items_net_idx on items (net(price));
