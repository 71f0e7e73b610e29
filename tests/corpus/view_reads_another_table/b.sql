-- the view is turned to a new table and the old table goes; what stands on the view does not notice
create table persons (id integer primary key, full_name text not null, since date not null default date '2020-01-01');
create view people as select id, full_name as name from persons;
create view people_count as select count(*) as n from people;
create function greet(who integer) returns text language sql stable
    begin atomic
        select 'hello ' || name from people where id = who;
    end;
