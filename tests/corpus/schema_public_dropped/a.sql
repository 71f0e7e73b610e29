create schema app;
create table app.thing (id integer primary key);
create table public.left_behind (id integer primary key);
