-- Extensions. Their versions are the server's matter; their members are theirs.
select
    x.oid, 0 as sub, null as schema, x.extname::text as name, null as part,
    n.nspname::text as in_schema, x.extrelocatable as _relocatable
from pg_catalog.pg_extension as x
join pg_catalog.pg_namespace as n on n.oid = x.extnamespace
where x.oid >= 16384 /* only: x.oid */
order by x.extname
