-- rule: rls-not-forced
-- severity: warning
-- checks: rls
-- title: Row-level security that the owner passes
-- why: Policies do not count for a table's owner unless they are forced. Migrations, jobs and, in many projects, the
--   application itself connect as the owner, and then see the rows of every tenant.
-- message: {schema}.{name} has row-level security that its owner, {owner}, passes.
-- remedy: {fix}
-- fix: alter table {schema}.{name} force row level security
-- bad:
--   create table orders (id bigint primary key, tenant_id uuid not null);
--   alter table orders enable row level security;
--   create policy own_orders on orders
--       using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
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
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
    and c.relrowsecurity
    and not c.relforcerowsecurity
    and not c.relispartition
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
