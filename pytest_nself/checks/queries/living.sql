-- What is there: kind and oids. Of what is not among them something was dropped.
select 'schema', pg_catalog.array_agg(oid::bigint) from pg_catalog.pg_namespace
union all
select 'class', pg_catalog.array_agg(oid::bigint) from pg_catalog.pg_class where relkind <> 't'
union all
select 'constraint', pg_catalog.array_agg(oid::bigint) from pg_catalog.pg_constraint
union all
select 'trigger', pg_catalog.array_agg(oid::bigint) from pg_catalog.pg_trigger where not tgisinternal
union all
select 'type', pg_catalog.array_agg(oid::bigint) from pg_catalog.pg_type
