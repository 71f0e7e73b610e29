-- column lists and row filters change, come and go
create table users (id integer primary key, name text, email text, secret text, active boolean not null default true);
create table events (id integer primary key, kind text not null, payload jsonb);
create publication safe_users for table users (id, name);
create publication clicks for table events (id, payload) where (kind in ('click', 'tap') and id > 0) with (publish = 'insert');
create publication plain_users for table users where (id < 1000);
