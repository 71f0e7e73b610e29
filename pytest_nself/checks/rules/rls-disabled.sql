-- rule: rls-disabled
-- severity: error
-- checks: rls
-- title: A tenant's table without row-level security
-- why: The rows of all tenants stand in one table, and nothing but the application's own care keeps a query from reading,
--   changing or deleting those of another tenant.
-- message: {schema}.{name} has the column {axis}, which separates tenants, and no row-level security{_where}.
-- remedy: enable it, force it for the owner too, and say with a policy whose rows are whose
-- fix: alter table {schema}.{name} {_switch!s} row level security
-- bad:
--   create table orders (id bigint primary key, tenant_id uuid not null);
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
    axis.names as axis,
    policy.names as policies,
    -- Without a policy, nobody but the owner would see a row: that is not for us to bring about.
    case when pg_catalog.cardinality(policy.names) > 0 then 'enable' end as "_switch",
    case
        when c.relispartition
        then ': the policies of ' || pg_catalog.concat(of_root.nspname, '.', root.relname) || ' do not count for who'
            || ' reads this partition by its own name, and some role may'
        when pg_catalog.cardinality(policy.names) > 0
        then '; its policies (' || pg_catalog.array_to_string(policy.names, ', ') || ') have no effect'
    end as "_where"
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_class as root on root.oid = pg_catalog.pg_partition_root(c.oid) and root.oid <> c.oid
left join pg_catalog.pg_namespace as of_root on of_root.oid = root.relnamespace
cross join lateral (
    select array(
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and not a.attisdropped
            and a.attname = any (
                /* axes */ '{tenant_id,source_account_id}'::text[]
            )
        order by a.attname
    )
) as axis (names)
cross join lateral (
    select array(
        select p.polname::text from pg_catalog.pg_policy as p where p.polrelid = c.oid order by p.polname
    )
) as policy (names)
where c.relkind in ('r', 'p')
    and not c.relrowsecurity
    and pg_catalog.cardinality(axis.names) > 0
    -- A partition is told with its parent, or where somebody may read it past the parent's policies.
    and (
        not c.relispartition
        or (
            root.relrowsecurity
            and exists (
                select from pg_catalog.aclexplode(c.relacl) as granted where granted.grantee <> c.relowner
            )
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
