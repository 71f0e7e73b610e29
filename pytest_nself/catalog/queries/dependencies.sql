-- What depends on what, as the server knows it.
select d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
from pg_catalog.pg_depend as d
where d.objid >= 16384 and d.refobjid >= 16384 and d.deptype <> 'e'
