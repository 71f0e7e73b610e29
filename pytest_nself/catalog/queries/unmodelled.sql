-- What no query here reads as facts. A name tells all that can be told of the state, so that another state is seen.
select
    'type' as kind, n.nspname::text as schema,
    t.typname || ' ' || pg_catalog.md5(
        (
            pg_catalog.to_jsonb(t) - array[
                'oid', 'typname', 'typnamespace', 'typarray', 'typowner', 'typacl', 'typelem', 'typrelid', 'typbasetype'
            ]
        )::text || pg_catalog.format_type(t.typelem, null) || pg_catalog.pg_get_userbyid(t.typowner)
        || coalesce(t.typacl::text, '') || coalesce(pg_catalog.obj_description(t.oid, 'pg_type'), '')
    ) as name
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    t.typtype in ('b', 'p') and t.oid >= 16384
    and not exists (select from pg_catalog.pg_type as e where e.typarray = t.oid)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objid = t.oid and d.deptype = 'e'
    )
union all
select 'column privileges', n.nspname, c.relname || '.' || a.attname || ' ' || a.attacl::text
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attacl is not null
where c.relkind = 'S' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
union all
select 'relation', n.nspname, c.relname::text
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind not in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c', 't')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
    )
union all
-- What somebody put among the server's own objects.
select 'function', n.nspname, p.oid::pg_catalog.regprocedure::text
from pg_catalog.pg_namespace as n
join pg_catalog.pg_proc as p on p.pronamespace = n.oid and p.oid >= 16384
where
    n.nspname in ('pg_catalog', 'information_schema')
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype in ('e', 'i')
    )
union all
select 'relation', n.nspname, c.relname
from pg_catalog.pg_namespace as n
join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.oid >= 16384
where
    n.nspname in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype in ('e', 'i')
    )
union all
select 'subscription', null, s.subname
from pg_catalog.pg_subscription as s
join pg_catalog.pg_database as b on b.oid = s.subdbid and b.datname = pg_catalog.current_database()
where not pg_catalog.has_table_privilege('pg_catalog.pg_subscription', 'select')
union all
select 'user_mapping', null, u.srvname || '.' || u.usename
from pg_catalog.pg_user_mappings as u
join pg_catalog.pg_foreign_server as s on s.oid = u.srvid
where
    not (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user)
    and not (u.umuser = 0 and pg_catalog.pg_has_role(s.srvowner, 'usage'))
    and not (
        u.umuser <> 0 and u.usename = current_user
        and (pg_catalog.pg_has_role(s.srvowner, 'usage') or pg_catalog.has_server_privilege(s.oid, 'usage'))
    )
union all
-- Policies on the tables of extensions, which an extension does not keep as its own.
select 'policy', n.nspname, pg_catalog.format('%s.%s', c.relname, p.polname)
from pg_catalog.pg_policy as p
join pg_catalog.pg_class as c on c.oid = p.polrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where exists (
    select from pg_catalog.pg_depend as d
    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
)
union all
-- Comments on what a child, a partition or a domain has only as a part of something else.
select 'comment', n.nspname, pg_catalog.format('%s.%s %s', coalesce(c.relname, t.typname), k.conname, d.description)
from pg_catalog.pg_description as d
join pg_catalog.pg_constraint as k on k.oid = d.objoid
join pg_catalog.pg_namespace as n on n.oid = k.connamespace
left join pg_catalog.pg_class as c on c.oid = k.conrelid
left join pg_catalog.pg_type as t on t.oid = k.contypid
where
    d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and (
        k.contype = 'n' and k.contypid <> 0
        or k.contype = 'f' and k.conparentid <> 0
        or k.contype = 'c' and k.conrelid <> 0 and (not k.conislocal or k.coninhcount > 0 and c.relispartition)
    )
union all
select 'comment', n.nspname, pg_catalog.format('%s.%s %s', c.relname, t.tgname, d.description)
from pg_catalog.pg_description as d
join pg_catalog.pg_trigger as t on t.oid = d.objoid
join pg_catalog.pg_trigger as o on o.oid = t.tgparentid and o.tgenabled = t.tgenabled
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
union all
-- Privileges on the server's own objects and on members of extensions that are not those they were made with.
select
    'privileges', o.schema,
    case o.classid when 'pg_catalog.pg_proc'::pg_catalog.regclass then o.oid::pg_catalog.regprocedure::text else o.name end
    || ' ' || coalesce(o.acl::text, 'as from the start')
from (
    select
        'pg_catalog.pg_proc'::pg_catalog.regclass::oid as classid, p.oid, 0 as sub, p.proacl as acl,
        n.nspname as schema, p.proname as name
    from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.proacl is not null or p.oid in (select i.objoid from pg_catalog.pg_init_privs as i)
    union all
    select 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, 0, c.relacl, n.nspname, c.relname
    from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relacl is not null or c.oid in (select i.objoid from pg_catalog.pg_init_privs as i)
    union all
    select
        'pg_catalog.pg_class'::pg_catalog.regclass, a.attrelid, a.attnum, a.attacl, n.nspname,
        pg_catalog.format('%s.%s', c.relname, a.attname)
    from (
        select r.attrelid, r.attnum, r.attname, r.attacl from pg_catalog.pg_attribute as r where r.attrelid < 16384
        union all
        select r.attrelid, r.attnum, r.attname, r.attacl
        from pg_catalog.pg_depend as d
        join pg_catalog.pg_attribute as r on r.attrelid = d.objid
        where
            d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype = 'e'
            and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and r.attrelid >= 16384
    ) as a
    join pg_catalog.pg_class as c on c.oid = a.attrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where
        a.attacl is not null
        or (a.attrelid, a.attnum) in (select i.objoid, i.objsubid from pg_catalog.pg_init_privs as i)
    union all
    select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0, t.typacl, n.nspname, t.typname
    from pg_catalog.pg_type as t join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
    where t.typacl is not null
    union all
    select 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 0, n.nspacl, n.nspname, n.nspname
    from pg_catalog.pg_namespace as n where n.nspname <> 'public'
    union all
    select 'pg_catalog.pg_language'::pg_catalog.regclass, l.oid, 0, l.lanacl, null, l.lanname
    from pg_catalog.pg_language as l
    union all
    select 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, w.oid, 0, w.fdwacl, null, w.fdwname
    from pg_catalog.pg_foreign_data_wrapper as w
    union all
    select 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, s.oid, 0, s.srvacl, null, s.srvname
    from pg_catalog.pg_foreign_server as s
) as o
left join pg_catalog.pg_init_privs as i on i.classoid = o.classid and i.objoid = o.oid and i.objsubid = o.sub
where
    o.acl is distinct from i.initprivs
    -- Nobody wrote down what was granted on the information schema.
    and o.schema is distinct from 'information_schema'
    and (
        o.oid < 16384 or exists (
            select from pg_catalog.pg_depend as d
            where d.classid = o.classid and d.objid = o.oid and d.deptype = 'e'
        )
    )
    and array(select x::text from pg_catalog.unnest(o.acl) as x order by 1)
    is distinct from array(select x::text from pg_catalog.unnest(i.initprivs) as x order by 1)
order by 1, 2, 3
