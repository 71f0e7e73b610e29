-- Roles, their attributes, settings and memberships, one text each: what a recipe may change beyond its database.
-- Columns: the text, and the names of the roles in it.
select
    pg_catalog.format(
        'role %I super=%s inherit=%s createrole=%s createdb=%s login=%s bypassrls=%s',
        rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls
    ),
    array[rolname::text]
from pg_catalog.pg_roles
where rolname !~ '^pg_'
union all
select pg_catalog.format('alter role %I set %s', r.rolname, setting.text), array[r.rolname::text]
from pg_catalog.pg_db_role_setting as s
join pg_catalog.pg_roles as r on r.oid = s.setrole
cross join lateral pg_catalog.unnest(s.setconfig) as setting (text)
where s.setdatabase = 0
union all
select
    pg_catalog.format('grant %I to %I', granted.rolname, member.rolname),
    array[granted.rolname::text, member.rolname::text]
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as granted on granted.oid = m.roleid
join pg_catalog.pg_roles as member on member.oid = m.member
where granted.rolname !~ '^pg_' or member.rolname !~ '^pg_'
order by 1
