create table staff (id integer primary key, name text not null, grade integer);
create view graded as select id, name, grade from staff where grade is not null;
create function mean_grade() returns numeric language sql stable
    begin atomic
        select avg(grade) from graded;
    end;
create function above_mean(who integer) returns boolean language sql stable
    begin atomic
        select grade > mean_grade() from staff where id = who;
    end;
create view stars as select id from graded where above_mean(id);
