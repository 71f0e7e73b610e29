-- rule: rls-no-policy
-- severity: warning
-- checks: rls
-- title: Row-level security without a policy that lets anybody in
-- why: Without a permissive policy no row can be seen or written but by roles that pass row-level security. So the table
--   is of no use to the application, or the application is such a role and nothing separates its tenants.
-- message: {schema}.{name} has row-level security and no permissive policy{_others}.
-- remedy: create a policy that says whose rows are whose; a restrictive one only narrows what another lets through
-- bad:
--   create table orders (id bigint primary key, tenant_id uuid not null);
--   alter table orders enable row level security;
--   alter table orders force row level security;
-- good:
--   create table orders (id bigint primary key, tenant_id uuid not null);
--   alter table orders enable row level security;
--   alter table orders force row level security;
--   create policy own_orders on orders
--       using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
select
    'table' as kind,
    n.nspname::text as schema,
    c.relname::text as name,
    null::text as part,
    restrictive.names as restrictive,
    case
        when pg_catalog.cardinality(restrictive.names) > 0
        then ' (' || pg_catalog.array_to_string(restrictive.names, ', ') || ' only narrows)'
    end as "_others"
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join lateral (
    select array(
        select p.polname::text
        from pg_catalog.pg_policy as p
        where p.polrelid = c.oid and not p.polpermissive
        order by p.polname
    )
) as restrictive (names)
where c.relkind in ('r', 'p')
    and c.relrowsecurity
    -- What is read through the parent is judged by the parent's policies; read by its own name it gives nothing.
    and not c.relispartition
    and not exists (select from pg_catalog.pg_policy as p where p.polrelid = c.oid and p.polpermissive)
    and exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and not a.attisdropped
            and a.attname = any (
                /* axes */ '{tenant_id,source_account_id}'::text[]
            )
    )
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and n.nspname <> all (
        /* ignored */ '{drizzle,graphile_migrate,hdb_catalog,hdb_views,supabase_migrations}'::text[]
    )
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname
