-- What depends on these objects, and on the types that come with them.
with object (classid, oid) as (
    select o.classid, o.oid
    from rows from (pg_catalog.unnest(/* classes */), pg_catalog.unnest(/* oids */)) as o (classid, oid)
),
type (oid) as (
    -- The types that come with a relation or another type.
    select o.oid from object as o where o.classid = 1247
    union all
    select c.reltype from object as o join pg_catalog.pg_class as c on o.classid = 1259 and c.oid = o.oid
    union all
    select r.rngmultitypid from object as o join pg_catalog.pg_range as r on o.classid = 1247 and r.rngtypid = o.oid
),
seed (classid, oid) as (
    select o.classid, o.oid from object as o
    union
    select 1247, t.oid from type as t
    union
    select 1247, a.typarray from type as t join pg_catalog.pg_type as a on a.oid = t.oid
    union
    select 1259, a.typrelid from type as t join pg_catalog.pg_type as a on a.oid = t.oid
)
select distinct d.classid, d.objid
from seed as s
join pg_catalog.pg_depend as d on d.refclassid = s.classid and d.refobjid = s.oid
where s.oid <> 0 and d.objid >= 16384
order by 1, 2
