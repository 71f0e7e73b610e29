create function page(size integer, number integer default 1, sort text default 'id') returns text
    language sql immutable as $$ select size || ':' || number || ':' || sort $$;
create function window_days(from_day date default current_date, days integer default 7) returns integer language sql stable as $$ select days $$;
create function tight(a integer default 1, b integer default 2) returns integer language sql immutable as $$ select a + b $$;
create table pages (id integer primary key, label text default page(10));
create view tight_three as select tight() as three;
