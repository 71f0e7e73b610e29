-- What is said of the sequence behind an identity column beyond its options: grants, and through comments.sql a comment.
select
    c.oid, 0 as sub, tn.nspname::text as schema, t.relname::text as name, a.attname::text as part,
    c.relacl::text[] as acl,
    case when c.relpersistence = t.relpersistence then null when c.relpersistence = 'u' then 'unlogged' else 'logged' end
        as persistence,
    array[n.nspname::text, c.relname::text] as _sequence,
    pg_catalog.pg_get_userbyid(c.relowner)::text as _owner,
    t.relkind::text as _relkind
from pg_catalog.pg_attribute as a
join pg_catalog.pg_class as t on t.oid = a.attrelid
join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
cross join lateral (
    -- From the column to the sequence, however few sequences the server takes there to be.
    select s.oid, s.relname, s.relnamespace, s.relowner, s.relacl, s.relpersistence
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_class as s on s.oid = d.objid and s.relkind = 'S'
    where
        d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = a.attrelid
        and d.refobjsubid = a.attnum and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'i'
    offset 0
) as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    a.attidentity <> ''
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = t.oid
    )
    /* only: t.oid */
order by 3, 4, 5
