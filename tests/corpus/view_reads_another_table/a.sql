create table people_old (id integer primary key, name text not null);
create view people as select id, name from people_old;
create view people_count as select count(*) as n from people;
create function greet(who integer) returns text language sql stable
    begin atomic
        select 'hello ' || name from people where id = who;
    end;
