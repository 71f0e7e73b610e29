-- Roles, their attributes and memberships, one text each: what a recipe may change beyond its database.
select pg_catalog.format(
    'role %I super=%s inherit=%s createrole=%s createdb=%s login=%s bypassrls=%s',
    rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls
)
from pg_catalog.pg_roles
where rolname !~ '^pg_'
union all
select pg_catalog.format('grant %I to %I', granted.rolname, member.rolname)
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as granted on granted.oid = m.roleid
join pg_catalog.pg_roles as member on member.oid = m.member
where granted.rolname !~ '^pg_' or member.rolname !~ '^pg_'
order by 1
