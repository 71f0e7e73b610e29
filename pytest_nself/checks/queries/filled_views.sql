-- Materialized views that hold what they show; by oid, so that one that reads another comes after it.
select n.nspname::text, c.relname::text
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'm' and c.relispopulated
order by c.oid
