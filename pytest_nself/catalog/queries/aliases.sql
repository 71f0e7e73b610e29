-- Objects that are a part of another: the rule behind a view, the row type of a table, the index of a constraint …
select 2618 as classid, r.oid as objid, 1259 as of_class, r.ev_class as of_oid, 0 as of_sub
from pg_catalog.pg_rewrite as r where r.rulename = '_RETURN' and r.oid >= 16384
union all
select 2604, d.oid, 1259, d.adrelid, d.adnum
from pg_catalog.pg_attrdef as d
join pg_catalog.pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
where a.attgenerated <> ''
union all
select 1247, t.oid, case c.relkind when 'c' then 1247 else 1259 end, case c.relkind when 'c' then t.oid else c.oid end, 0
from pg_catalog.pg_type as t join pg_catalog.pg_class as c on c.oid = t.typrelid
where t.oid >= 16384 and c.relkind <> 'c'
union all
select 1259, c.oid, 1247, c.reltype, 0
from pg_catalog.pg_class as c where c.relkind = 'c' and c.oid >= 16384
union all
select 1247, t.typarray, case when c.relkind is null or c.relkind = 'c' then 1247 else 1259 end,
    case when c.relkind is null or c.relkind = 'c' then t.oid else c.oid end, 0
from pg_catalog.pg_type as t left join pg_catalog.pg_class as c on c.oid = t.typrelid
where t.typarray >= 16384 and t.oid >= 16384
union all
select 1259, k.conindid, 2606, k.oid, 0
from pg_catalog.pg_constraint as k where k.contype in ('p', 'u', 'x') and k.conindid <> 0
union all
select 1259, d.objid, 1259, d.refobjid, d.refobjsubid
from pg_catalog.pg_depend as d
where
    d.classid = 1259 and d.refclassid = 1259 and d.refobjsubid > 0 and d.deptype = 'i'
union all
select 1247, r.rngmultitypid, 1247, r.rngtypid, 0 from pg_catalog.pg_range as r where r.rngtypid >= 16384
union all
select 1247, m.typarray, 1247, r.rngtypid, 0
from pg_catalog.pg_range as r join pg_catalog.pg_type as m on m.oid = r.rngmultitypid
where r.rngtypid >= 16384
union all
select d.classid, d.objid, d.refclassid, d.refobjid, 0
from pg_catalog.pg_depend as d
where d.classid in (2602, 2603) and d.refclassid = 2616 and d.objid >= 16384
union all
select 2606, k.oid, 2606, k.conparentid, 0 from pg_catalog.pg_constraint as k
join pg_catalog.pg_constraint as p on p.oid = k.conparentid and p.conrelid = k.conrelid
where k.contype = 'f'
