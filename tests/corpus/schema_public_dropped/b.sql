-- There is no schema "public" any more.
create schema app;
create table app.thing (id integer primary key);
drop schema public;
