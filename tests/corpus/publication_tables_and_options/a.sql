create table orders (id integer primary key, v text);
create table lines (id integer primary key, order_id integer);
create table drafts (id integer primary key);
create publication feed for table orders, lines;
create publication inserts_only for table orders with (publish = 'insert');
create publication empty_one;
create publication same for table lines with (publish_via_partition_root = true);
comment on publication feed is 'to the warehouse';
