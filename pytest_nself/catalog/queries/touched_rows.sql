-- Which relations, types and functions have rows that are not older than a transaction: grants tell nobody on what.
select 1259 as classid, c.oid
from pg_catalog.pg_class as c
where pg_catalog.age(c.xmin) <= pg_catalog.age(/* since */) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
union
select 1259, a.attrelid
from pg_catalog.pg_attribute as a
where pg_catalog.age(a.xmin) <= pg_catalog.age(/* since */)
union
select 1259, x.indrelid
from pg_catalog.pg_index as x
where pg_catalog.age(x.xmin) <= pg_catalog.age(/* since */)
union
select 1255, p.oid
from pg_catalog.pg_proc as p
where pg_catalog.age(p.xmin) <= pg_catalog.age(/* since */)
union
select 1247, t.oid
from pg_catalog.pg_type as t
where pg_catalog.age(t.xmin) <= pg_catalog.age(/* since */) and t.typtype in ('b', 'c', 'd', 'e', 'r')
order by 1, 2
