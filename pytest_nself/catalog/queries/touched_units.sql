-- Of which relations, types and functions these objects are parts (of others: themselves), with the sequences that go
-- with a table and, where there is inheritance, the tables and indexes above and below; without members of extensions.
with recursive object (classid, oid) as (
    select o.classid, o.oid
    from rows from (pg_catalog.unnest(/* classes */), pg_catalog.unnest(/* oids */)) as o (classid, oid)
),
part (classid, oid) as (
    select coalesce(case when k.contypid <> 0 then 1247 end, 1259), coalesce(nullif(k.contypid, 0), k.conrelid)
    from object as o join pg_catalog.pg_constraint as k on o.classid = 2606 and k.oid = o.oid
    union all
    select 1259, d.adrelid from object as o join pg_catalog.pg_attrdef as d on o.classid = 2604 and d.oid = o.oid
    union all
    select 1259, t.tgrelid from object as o join pg_catalog.pg_trigger as t on o.classid = 2620 and t.oid = o.oid
    union all
    select 1259, p.polrelid from object as o join pg_catalog.pg_policy as p on o.classid = 3256 and p.oid = o.oid
    union all
    select 1259, r.ev_class from object as o join pg_catalog.pg_rewrite as r on o.classid = 2618 and r.oid = o.oid
    union all
    select 1259, s.stxrelid from object as o join pg_catalog.pg_statistic_ext as s on o.classid = 3381 and s.oid = o.oid
    union all
    select 1259, r.prrelid
    from object as o join pg_catalog.pg_publication_rel as r on o.classid = 6106 and r.oid = o.oid
    union all
    select o.classid, o.oid from object as o where o.classid not in (2606, 2604, 2620, 3256, 2618, 3381, 6106)
),
relation (oid) as (
    select p.oid from part as p where p.classid = 1259
    union
    select i.oid
    from relation as r
    cross join lateral (
        select h.inhrelid as oid from pg_catalog.pg_inherits as h where h.inhparent = r.oid
        union all
        select h.inhparent from pg_catalog.pg_inherits as h where h.inhrelid = r.oid
    ) as i
)
select u.classid, u.oid
from (
    select p.classid, p.oid from part as p where p.classid not in (1259, 1247)
    union
    select 1247, t.oid
    from part as p
    join pg_catalog.pg_type as t on t.oid = p.oid
    left join pg_catalog.pg_class as c on c.oid = t.typrelid
    where p.classid = 1247 and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
    union
    select
        case when c.relkind = 'c' then 1247 else 1259 end,
        case when c.relkind = 'c' then c.reltype else coalesce(x.indrelid, c.oid) end
    from relation as r
    join pg_catalog.pg_class as c on c.oid = r.oid
    left join pg_catalog.pg_index as x on x.indexrelid = c.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c')
    union
    select 1259, g.oid
    from relation as r
    cross join lateral (
        select d.refobjid as oid, d.objid as sequence
        from pg_catalog.pg_depend as d
        where d.classid = 1259 and d.objid = r.oid and d.refclassid = 1259 and d.refobjsubid > 0 and d.deptype in ('a', 'i')
        union all
        select d.objid, d.objid
        from pg_catalog.pg_depend as d
        where d.refclassid = 1259 and d.refobjid = r.oid and d.refobjsubid > 0 and d.classid = 1259 and d.deptype in ('a', 'i')
    ) as g
    join pg_catalog.pg_class as c on c.oid = g.sequence and c.relkind = 'S'
) as u (classid, oid)
where
    not exists (
        select from pg_catalog.pg_depend as e
        where e.classid = u.classid and e.objid = u.oid and e.deptype = 'e'
    )
order by 1, 2
