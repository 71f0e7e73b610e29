-- rule: rls-without-axis
-- severity: info
-- checks: rls
-- title: No table has a column that separates tenants
-- why: The rules on row-level security look at tables that have such a column. Where there is none they find nothing,
--   which is not the same as nothing being wrong.
-- message: No table of the database {name} has a column that separates tenants ({axes}).
-- remedy: name the columns that separate your tenants
-- bad:
--   create table orders (id bigint primary key, org uuid not null);
-- good:
--   create table orders (id bigint primary key, tenant_id uuid not null);
--   alter table orders enable row level security;
--   alter table orders force row level security;
--   create policy own_orders on orders
--       using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
select
    'database' as kind,
    null::text as schema,
    pg_catalog.current_database()::text as name,
    null::text as part,
    /* axes */ '{tenant_id,source_account_id}'::text[] as axes
where not exists (
    select
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute as a on a.attrelid = c.oid and not a.attisdropped
    where c.relkind in ('r', 'p')
        and a.attname = any (
            /* axes */ '{tenant_id,source_account_id}'::text[]
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
)
