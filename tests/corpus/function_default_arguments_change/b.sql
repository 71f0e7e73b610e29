-- argument defaults: one changes its value, one is added, and one is taken away, which only a drop can do
create function page(size integer default 25, number integer default 1, sort text default 'created_at desc') returns text
    language sql immutable as $$ select size || ':' || number || ':' || sort $$;
create function window_days(from_day date default current_date - 30, days integer default 7) returns integer language sql stable as $$ select days $$;
create function tight(a integer, b integer default 2) returns integer language sql immutable as $$ select a + b $$;
create table pages (id integer primary key, label text default page(10));
create view tight_three as select tight(1) as three;
