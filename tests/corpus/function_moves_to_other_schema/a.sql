create schema util;
create schema app;
create function util.norm(t text) returns text language sql immutable as $$ select lower(t) $$;
create table app.users (id integer primary key, email text not null, constraint email_norm check (email = util.norm(email)));
create unique index users_email_key on app.users (util.norm(email));
create view app.emails as select util.norm(email) as email from app.users;
