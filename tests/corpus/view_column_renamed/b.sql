-- the view column latest.value is called reading now; the view cold keeps its own column names
create table sensors (id integer primary key, place text not null, unit text not null);
create table readings (sensor_id integer not null references sensors, at timestamptz not null, value double precision);
create view latest as
    select distinct on (s.id) s.id, s.place, r.at, r.value as reading
    from sensors s join readings r on r.sensor_id = s.id
    order by s.id, r.at desc;
comment on column latest.reading is 'in the unit of the sensor';
create view cold as select place, reading as value from latest where reading < 0;
