-- Publications; their tables and schemas are objects of their own.
select
    p.oid, 0 as sub, null as schema, p.pubname::text as name, null as part,
    p.puballtables as all_tables,
    coalesce((pg_catalog.to_jsonb(p) ->> 'puballsequences')::boolean, false) as all_sequences,
    pg_catalog.concat_ws(
        ', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
        case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end
    ) as operations,
    p.pubviaroot as via_root,
    case pg_catalog.to_jsonb(p) ->> 'pubgencols' when 's' then 'stored' end as generated_columns,
    pg_catalog.pg_get_userbyid(p.pubowner)::text as owner
from pg_catalog.pg_publication as p
where
    p.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_publication'::pg_catalog.regclass and e.objid = p.oid
    )
    /* only: p.oid */
order by p.pubname
