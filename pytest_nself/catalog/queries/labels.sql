-- Security labels, by the address of what they are on.
select l.classoid, l.objoid, l.objsubid, l.provider || ': ' || l.label as label
from pg_catalog.pg_seclabel as l
where
    true /* only: l.objoid */
order by l.classoid, l.objoid, l.objsubid, l.provider
