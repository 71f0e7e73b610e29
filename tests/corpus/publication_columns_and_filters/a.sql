create table users (id integer primary key, name text, email text, secret text, active boolean not null default true);
create table events (id integer primary key, kind text not null, payload jsonb);
create publication safe_users for table users (id, name, email) where (active);
create publication clicks for table events where (kind = 'click') with (publish = 'insert');
create publication plain_users for table users;
