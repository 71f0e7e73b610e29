-- The database: its name, its owner, and whether it has the schema `public`.
select
    d.datname::text,
    pg_catalog.pg_get_userbyid(d.datdba)::text,
    exists (select from pg_catalog.pg_namespace where nspname = 'public')
from pg_catalog.pg_database as d
where d.datname = pg_catalog.current_database()
