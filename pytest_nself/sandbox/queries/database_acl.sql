-- Grants on this database where they differ from the built-in default: cloning forgets them.
select coalesce(role.rolname::text, 'public'), acl.privilege_type, acl.is_grantable
from pg_catalog.pg_database as d
cross join lateral pg_catalog.aclexplode(d.datacl) as acl
left join pg_catalog.pg_roles as role on role.oid = acl.grantee
where d.datname = pg_catalog.current_database() and acl.grantee is distinct from d.datdba
order by 1, 2
