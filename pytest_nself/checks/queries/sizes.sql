-- How large tables are: schema, name, estimated rows (below 0: nobody knows), bytes without indexes.
-- A partitioned table is as large as its partitions. Parameters: schemas and names, side by side.
select
    n.nspname::text,
    c.relname::text,
    case
        when c.relkind <> 'p' then c.reltuples::bigint
        else (
            select coalesce(pg_catalog.sum(greatest(part.reltuples, 0)), 0)::bigint
            from pg_catalog.pg_partition_tree(c.oid) as tree
            join pg_catalog.pg_class as part on part.oid = tree.relid and tree.isleaf
        )
    end,
    case
        when c.relkind <> 'p' then pg_catalog.pg_table_size(c.oid)
        else (
            select coalesce(pg_catalog.sum(pg_catalog.pg_table_size(tree.relid)), 0)::bigint
            from pg_catalog.pg_partition_tree(c.oid) as tree
            where tree.isleaf
        )
    end
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and (n.nspname, c.relname) in (
    select asked.schema, asked.name
    from rows from (pg_catalog.unnest(%s::text[]), pg_catalog.unnest(%s::text[])) as asked (schema, name)
)
