create table rooms (id integer primary key, floor integer not null, name text not null, beds integer);
create view upper_rooms with (security_barrier = true, check_option = cascaded) as
    select id, floor, name, beds from rooms where floor > 0;
create view attic_rooms as select id, floor, name from upper_rooms where floor > 5 with local check option;
