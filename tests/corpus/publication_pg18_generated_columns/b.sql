-- generated columns are published in one publication and no more in the other
create table prices (id integer primary key, net numeric not null, gross numeric generated always as (net * 1.19) stored);
create publication prices_out for table prices with (publish_generated_columns = stored);
create publication prices_stored for table prices (id, gross);
