create table sensors (id integer primary key, place text not null, unit text not null);
create table readings (sensor_id integer not null references sensors, at timestamptz not null, value double precision);
create view latest as
    select distinct on (s.id) s.id, s.place, r.at, r.value
    from sensors s join readings r on r.sensor_id = s.id
    order by s.id, r.at desc;
comment on column latest.value is 'in the unit of the sensor';
create view cold as select place, value from latest where value < 0;
