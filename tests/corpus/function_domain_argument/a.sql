create domain percent as integer check (value between 0 and 100);
create type share as (who text, part percent);
create function half(p percent) returns percent language sql immutable as $$ select (p / 2)::percent $$;
create function shares() returns setof share language sql stable as $$ select ('ada', 50)::share $$;
create table discounts (id integer primary key, rate percent not null default half(50));
create view halved as select id, half(rate) as rate from discounts;
