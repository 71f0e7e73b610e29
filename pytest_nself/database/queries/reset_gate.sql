-- Has anybody been in the database since the last look, and is a transaction of theirs still open?
-- numbackends is read before sessions: a leaving backend adds itself to `sessions` before it stops being counted.
select pg_catalog.pg_stat_get_db_numbackends(%(database)s::pg_catalog.oid)::pg_catalog.int4,
       pg_catalog.pg_stat_get_db_sessions(%(database)s::pg_catalog.oid)::pg_catalog.int8,
       coalesce(pg_catalog.pg_stat_get_db_stat_reset_time(%(database)s::pg_catalog.oid)::pg_catalog.text, ''),
       pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text,
       (select pg_catalog.json_agg(pg_catalog.json_build_array(
                   a.pid, coalesce(a.application_name, ''), coalesce(a.state, ''), coalesce(a.query, '')) order by a.pid)
          from pg_catalog.pg_stat_get_activity(null) as a
         where a.datid = %(database)s::pg_catalog.oid
           and a.pid <> %(janitor)s::pg_catalog.int4
           and a.backend_type = 'client backend'
           and a.state not in ('idle', 'starting'))
