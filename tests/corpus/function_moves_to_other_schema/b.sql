-- the function moves to the schema app and the old schema goes; check, index and view go with it
create schema app;
create function app.norm(t text) returns text language sql immutable as $$ select lower(t) $$;
create table app.users (id integer primary key, email text not null, constraint email_norm check (email = app.norm(email)));
create unique index users_email_key on app.users (app.norm(email));
create view app.emails as select app.norm(email) as email from app.users;
