-- rule: identifier-cut
-- severity: warning
-- checks: schema
-- title: A name that looks cut
-- why: PostgreSQL cuts longer names at 63 bytes and only says so in a notice. The name in your files is then another one
--   than the database has, and two that differ beyond their 63rd byte are one. A name of just that length may also be
--   what somebody wrote: nobody can tell from the database.
-- message: The name of the {kind} {_shown} has {bytes} bytes, where PostgreSQL cuts: it may have been longer.
-- remedy: look at what your files call it, and give it a shorter name there
-- bad:
--   create table parcels (
--       id bigint primary key,
--       reference_of_the_recipient_as_it_is_printed_on_the_label_of_the_parcel text
--   );
-- good:
--   create table parcels (
--       id bigint primary key,
--       printed_reference_of_the_recipient text
--   );
with relations as (
    select
        c.oid,
        n.nspname::text as schema,
        c.relname::text as name,
        c.relispartition,
        case c.relkind
            when 'r' then 'table' when 'p' then 'table' when 'f' then 'foreign table' when 'v' then 'view'
            when 'm' then 'materialized view' when 'S' then 'sequence' when 'c' then 'type' else 'index'
        end as kind
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema'
        and n.nspname <> all (
            /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
        )
        and not exists (
            select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        )
), names as (
    select 'schema' as kind, null::text as schema, n.nspname::text as name, null::text as part, n.nspname::text as cut
    from pg_catalog.pg_namespace as n
    union all
    select r.kind, r.schema, coalesce(of_index.name, r.name), case r.kind when 'index' then r.name end, r.name
    from relations as r
    left join pg_catalog.pg_index as i on i.indexrelid = r.oid
    left join relations as of_index on of_index.oid = i.indrelid
    -- The index of a constraint is told as the constraint.
    where not exists (select from pg_catalog.pg_constraint as k where k.conindid = r.oid and k.conrelid = i.indrelid)
    union all
    select 'column', r.schema, r.name, a.attname::text, a.attname::text
    from relations as r
    join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    where r.kind <> 'index' and a.attinhcount = 0
    union all
    select 'constraint', r.schema, r.name, k.conname::text, k.conname::text
    from relations as r
    join pg_catalog.pg_constraint as k on k.conrelid = r.oid and k.conparentid = 0 and k.coninhcount = 0
    union all
    select 'trigger', r.schema, r.name, t.tgname::text, t.tgname::text
    from relations as r
    join pg_catalog.pg_trigger as t on t.tgrelid = r.oid and not t.tgisinternal and t.tgparentid = 0
    union all
    select 'policy', r.schema, r.name, p.polname::text, p.polname::text
    from relations as r
    join pg_catalog.pg_policy as p on p.polrelid = r.oid
    union all
    select distinct 'function', n.nspname::text, p.proname::text, null, p.proname::text
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema'
        and n.nspname <> all (
            /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
        )
        and not exists (
            select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
    union all
    select 'type', n.nspname::text, t.typname::text, null, t.typname::text
    from pg_catalog.pg_type as t
    join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
    where t.typtype in ('d', 'e', 'r')
        and n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema'
        and n.nspname <> all (
            /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
        )
        and not exists (
            select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
        )
)
select
    names.kind,
    names.schema,
    names.name,
    names.part,
    pg_catalog.octet_length(names.cut) as bytes,
    pg_catalog.concat_ws('.', names.schema, names.name, names.part) as "_shown"
from names
where pg_catalog.octet_length(names.cut) = pg_catalog.current_setting('max_identifier_length')::integer
    -- PostgreSQL shortens the names that it makes in their middle.
    and not (
        names.kind in ('index', 'constraint', 'sequence')
        and names.cut ~ '_(pkey|key|idx|fkey|seq|check|excl|not_null)[0-9]*$'
    )
order by names.schema collate "C", names.name collate "C",
    names.part collate "C", names.kind collate "C"
