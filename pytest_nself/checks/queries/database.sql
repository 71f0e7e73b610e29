-- The database: its name, its owner, whether it has the schema `public`, and its sessions' time zone.
select
    d.datname::text,
    pg_catalog.pg_get_userbyid(d.datdba)::text,
    exists (select from pg_catalog.pg_namespace where nspname = 'public'),
    (select s.reset_val from pg_catalog.pg_settings as s where s.name = 'TimeZone')
from pg_catalog.pg_database as d
where d.datname = pg_catalog.current_database()
