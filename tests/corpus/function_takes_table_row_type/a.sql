create table persons (id integer primary key, first text not null, last text not null, city text);
create function full_name(p persons) returns text language sql stable as $$ select p.first || ' ' || p.last $$;
create function neighbours(p persons) returns setof persons language sql stable rows 5 as $$ select * from persons o where o.city = p.city $$;
create function copy_person(p persons) returns persons language plpgsql as $$ begin p.id := p.id + 1000; return p; end $$;
create view directory as select p.id, p.full_name from persons p;
create index persons_city_idx on persons (city);
