-- Tables in which migration tools keep what was applied, ours by its columns: schema and name. A log stands beside its
-- ledger. Parameters: the names that ledgers of other tools have, the end of a log's name.
with ledgers as (
    select n.nspname::text as schema, c.relname::text as name
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and (
        c.relname = any (%s::text[])
        or 3 = (
            select pg_catalog.count(*)
            from pg_catalog.pg_attribute as a
            where a.attrelid = c.oid and a.attname in ('dirty', 'checksum', 'checksum_algorithm') and not a.attisdropped
        )
    )
)
select schema, name from ledgers
union all
select schema, name || %s from ledgers
