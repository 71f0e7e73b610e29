-- the lower of two materialized views gets a column in the middle; the unrelated one is left alone
create table trades (id integer primary key, symbol text not null, qty integer not null, price numeric not null);
create materialized view by_symbol as select symbol, count(*) as trades, sum(qty) as qty, sum(qty * price) as value from trades group by symbol;
create unique index on by_symbol (symbol);
create materialized view top_symbols as select symbol, value from by_symbol order by value desc limit 10;
create unique index on top_symbols (symbol);
create view top_value as select sum(value) as value from top_symbols;
create materialized view trade_count as select count(*) as n from trades;
