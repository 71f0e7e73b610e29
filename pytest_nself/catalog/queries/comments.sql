-- Comments, by the address of what they are on.
select d.classoid, d.objoid, d.objsubid, d.description
from pg_catalog.pg_description as d
where
    (d.objoid >= 16384 or d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)
    /* only: d.objoid */
order by d.classoid, d.objoid, d.objsubid
