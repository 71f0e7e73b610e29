-- `alter database … set` and `alter role … in database … set` of this database: cloning forgets them.
select role.rolname::text, setting.text
from pg_catalog.pg_db_role_setting as s
join pg_catalog.pg_database as d on d.oid = s.setdatabase and d.datname = pg_catalog.current_database()
left join pg_catalog.pg_roles as role on role.oid = s.setrole
cross join lateral pg_catalog.unnest(s.setconfig) with ordinality as setting (text, number)
order by role.rolname nulls first, setting.number
