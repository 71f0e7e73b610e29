-- Rules, functions and policies that read these relations: their texts tell of all columns, not only those they name.
select distinct d.classid, d.objid
from pg_catalog.pg_depend as d
where
    d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = any (/* oids */)
    and d.classid in (
        'pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
        'pg_catalog.pg_policy'::pg_catalog.regclass
    )
order by 1, 2
