-- What this transaction has locked: oid of the relation and mode.
select relation::bigint, mode
from pg_catalog.pg_locks
where pid = pg_catalog.pg_backend_pid() and locktype = 'relation' and granted
    and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
