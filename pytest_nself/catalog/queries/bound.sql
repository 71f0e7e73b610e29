-- Objects that go when an extension goes, though they are none of its members (`alter function … depends on extension`).
select d.classid, d.objid, 0 as objsubid, x.extname::text as extension
from pg_catalog.pg_depend as d
join pg_catalog.pg_extension as x on x.oid = d.refobjid
where
    d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype = 'x'
    /* only: d.objid */
order by d.classid, d.objid, x.extname
