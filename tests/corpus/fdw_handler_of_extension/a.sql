create extension postgres_fdw;
create server remote foreign data wrapper postgres_fdw options (host '192.0.2.1', dbname 'shop', fetch_size '100');
create user mapping for public server remote options (user 'reader', password 'secret');
create foreign table orders (id integer not null, total numeric options (column_name 'sum')) server remote options (schema_name 'public', table_name 'orders', updatable 'false');
