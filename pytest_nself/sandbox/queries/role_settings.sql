-- What a login as a role applies: `alter role … set`, then `alter role … in database … set`.
select role.rolname::text, setting.text
from pg_catalog.pg_db_role_setting as s
join pg_catalog.pg_roles as role on role.oid = s.setrole
left join pg_catalog.pg_database as d on d.oid = s.setdatabase
cross join lateral pg_catalog.unnest(s.setconfig) with ordinality as setting (text, number)
where s.setdatabase = 0 or d.datname = pg_catalog.current_database()
order by role.rolname, s.setdatabase, setting.number
