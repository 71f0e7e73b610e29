create table parts (id integer primary key, name text not null, part_of integer references parts, grams integer not null);
create recursive view assembly (id, name, level, grams) as
    select id, name, 0, grams from parts where part_of is null
    union all
    select p.id, p.name, a.level + 1, p.grams from parts p join assembly a on a.id = p.part_of;
create view assembly_depth as select max(level) as depth from assembly;
