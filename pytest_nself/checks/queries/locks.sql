-- Tables that this transaction has locked: oid and mode; and what it has read: how often each table or index. A table
-- that it has dropped is locked, too, and in no catalog any more. What a serializable transaction has read is marked as
-- a lock that holds nobody back.
select l.relation::bigint, l.mode, pg_catalog.pg_stat_get_xact_numscans(l.relation)
from pg_catalog.pg_locks as l
left join pg_catalog.pg_class as c on c.oid = l.relation
where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation' and l.granted and l.mode <> 'SIReadLock'
    and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
    and (
        c.oid is null
        or c.relkind in ('r', 'p', 'm', 'v', 'f')
        or pg_catalog.pg_stat_get_xact_numscans(l.relation) > 0
    )
