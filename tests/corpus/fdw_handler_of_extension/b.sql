-- options under a wrapper that an extension brought, which checks their names
create extension postgres_fdw;
create server remote foreign data wrapper postgres_fdw options (host '192.0.2.2', dbname 'shop', use_remote_estimate 'true');
create user mapping for public server remote options (user 'writer', password 'secret');
create foreign table orders (id integer options (column_name 'order_id') not null, total numeric) server remote options (schema_name 'sales', table_name 'orders');
create foreign table lines (order_id integer, sku text) server remote options (table_name 'lines');
