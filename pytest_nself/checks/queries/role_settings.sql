-- `alter role … set` of the connected role, for all databases.
select role.rolname::text, setting.text
from pg_catalog.pg_db_role_setting as s
join pg_catalog.pg_roles as role on role.oid = s.setrole and role.rolname = session_user
cross join lateral pg_catalog.unnest(s.setconfig) with ordinality as setting (text, number)
where s.setdatabase = 0
order by setting.number
