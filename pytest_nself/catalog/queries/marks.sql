-- One text for the state of all catalogs that facts come from: it moves when any of their rows does.
select pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(' ', s.name, s.rows, s.mark), ',' order by s.name)) as marks
from (
    select 'pg_aggregate' as name, count(*) as rows, sum(pg_catalog.hash_record(row(x.ctid, x.xmin))) as mark
    from pg_catalog.pg_aggregate as x
    union all
    select 'pg_am', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_am as x
    union all
    select 'pg_amop', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_amop as x
    union all
    select 'pg_amproc', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_amproc as x
    union all
    select 'pg_attrdef', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_attrdef as x
    union all
    select 'pg_attribute', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_attribute as x
    union all
    select 'pg_cast', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_cast as x
    union all
    select 'pg_class', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_class as x
    union all
    select 'pg_collation', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_collation as x
    union all
    select 'pg_constraint', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_constraint as x
    union all
    select 'pg_conversion', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_conversion as x
    union all
    select 'pg_default_acl', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_default_acl as x
    union all
    select 'pg_depend', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_depend as x
    union all
    select 'pg_description', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_description as x
    union all
    select 'pg_enum', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_enum as x
    union all
    select 'pg_event_trigger', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_event_trigger as x
    union all
    select 'pg_extension', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_extension as x
    union all
    select 'pg_foreign_data_wrapper', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_foreign_data_wrapper as x
    union all
    select 'pg_foreign_server', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_foreign_server as x
    union all
    select 'pg_foreign_table', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_foreign_table as x
    union all
    select 'pg_index', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_index as x
    union all
    select 'pg_inherits', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_inherits as x
    union all
    select 'pg_init_privs', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_init_privs as x
    union all
    select 'pg_language', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_language as x
    union all
    select 'pg_namespace', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_namespace as x
    union all
    select 'pg_opclass', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_opclass as x
    union all
    select 'pg_operator', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_operator as x
    union all
    select 'pg_opfamily', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_opfamily as x
    union all
    select 'pg_partitioned_table', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_partitioned_table as x
    union all
    select 'pg_policy', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_policy as x
    union all
    select 'pg_proc', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_proc as x
    union all
    select 'pg_publication', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_publication as x
    union all
    select 'pg_publication_namespace', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_publication_namespace as x
    union all
    select 'pg_publication_rel', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_publication_rel as x
    union all
    select 'pg_range', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_range as x
    union all
    select 'pg_rewrite', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_rewrite as x
    union all
    select 'pg_seclabel', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_seclabel as x
    union all
    select 'pg_sequence', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_sequence as x
    union all
    select 'pg_statistic_ext', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_statistic_ext as x
    union all
    select 'pg_tablespace', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_tablespace as x
    union all
    select 'pg_transform', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_transform as x
    union all
    select 'pg_trigger', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_trigger as x
    union all
    select 'pg_ts_config', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_ts_config as x
    union all
    select 'pg_ts_config_map', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_ts_config_map as x
    union all
    select 'pg_ts_dict', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_ts_dict as x
    union all
    select 'pg_ts_parser', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_ts_parser as x
    union all
    select 'pg_ts_template', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_ts_template as x
    union all
    select 'pg_type', count(*), sum(pg_catalog.hash_record(row(x.ctid, x.xmin)))
    from pg_catalog.pg_type as x
    union all
    -- What not everybody may read goes in as far as everybody may.
    select 'pg_roles', count(*), sum(pg_catalog.hash_record(row(x.oid, x.rolname))) from pg_catalog.pg_roles as x
    union all
    select 'pg_subscription', count(*), sum(pg_catalog.hash_record(row(x.oid, x.subname, x.subowner, x.subenabled)))
    from pg_catalog.pg_subscription as x
    union all
    select 'pg_user_mappings', count(*), sum(pg_catalog.hash_record(row(x.umid, x.srvname, x.usename, x.umoptions)))
    from pg_catalog.pg_user_mappings as x
) as s
