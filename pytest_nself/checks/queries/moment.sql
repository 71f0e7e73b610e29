-- The running transaction: its timeouts, whether the server counts, and by kind of object how many rows of the catalog
-- it has written in all, and how many it has deleted.
select
    pg_catalog.current_setting('lock_timeout'),
    pg_catalog.current_setting('statement_timeout'),
    pg_catalog.current_setting('track_counts')::boolean,
    (
        select pg_catalog.array_agg(
            array[
                pg_catalog.pg_stat_get_xact_tuples_inserted(kind.catalog)
                + pg_catalog.pg_stat_get_xact_tuples_updated(kind.catalog)
                + pg_catalog.pg_stat_get_xact_tuples_deleted(kind.catalog),
                pg_catalog.pg_stat_get_xact_tuples_deleted(kind.catalog)
            ]
            order by kind.number
        )
        from pg_catalog.unnest(
            array[
                'pg_catalog.pg_namespace', 'pg_catalog.pg_class', 'pg_catalog.pg_attribute', 'pg_catalog.pg_constraint',
                'pg_catalog.pg_trigger', 'pg_catalog.pg_type', 'pg_catalog.pg_enum'
            ]::regclass[]
        ) with ordinality as kind (catalog, number)
    )
