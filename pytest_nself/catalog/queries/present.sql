-- Rare kinds of which there may be objects: a kind of this list that does not come back need not be read.
select k.kind
from (
    values
        ('access_method', exists (select from pg_catalog.pg_am as x where x.oid >= 16384)),
        ('aggregate', exists (select from pg_catalog.pg_aggregate as x where x.aggfnoid::oid >= 16384)),
        ('cast', exists (select from pg_catalog.pg_cast as x where x.oid >= 16384)),
        ('collation', exists (select from pg_catalog.pg_collation as x where x.oid >= 16384)),
        ('composite', exists (select from pg_catalog.pg_class as x where x.relkind = 'c' and x.oid >= 16384)),
        ('conversion', exists (select from pg_catalog.pg_conversion as x where x.oid >= 16384)),
        ('default_privileges', exists (select from pg_catalog.pg_default_acl)),
        ('domain', exists (select from pg_catalog.pg_type as x where x.typtype = 'd' and x.oid >= 16384)),
        ('domain_constraint', exists (select from pg_catalog.pg_constraint as x where x.contypid >= 16384)),
        ('enum', exists (select from pg_catalog.pg_type as x where x.typtype = 'e' and x.oid >= 16384)),
        ('event_trigger', exists (select from pg_catalog.pg_event_trigger)),
        ('family_function', exists (select from pg_catalog.pg_amproc as x where x.oid >= 16384)),
        ('family_operator', exists (select from pg_catalog.pg_amop as x where x.oid >= 16384)),
        ('foreign_data_wrapper', exists (select from pg_catalog.pg_foreign_data_wrapper)),
        ('foreign_server', exists (select from pg_catalog.pg_foreign_server)),
        ('foreign_table', exists (select from pg_catalog.pg_foreign_table)),
        ('index_partition', exists (select from pg_catalog.pg_class as x where x.relkind = 'I')),
        ('inheritance', exists (select from pg_catalog.pg_inherits)),
        ('language', exists (select from pg_catalog.pg_language as x where x.oid >= 16384)),
        ('materialized_view', exists (select from pg_catalog.pg_class as x where x.relkind = 'm')),
        ('operator', exists (select from pg_catalog.pg_operator as x where x.oid >= 16384)),
        ('operator_class', exists (select from pg_catalog.pg_opclass as x where x.oid >= 16384)),
        ('operator_family', exists (select from pg_catalog.pg_opfamily as x where x.oid >= 16384)),
        ('partition', exists (select from pg_catalog.pg_class as x where x.relispartition)),
        ('policy', exists (select from pg_catalog.pg_policy)),
        ('publication', exists (select from pg_catalog.pg_publication)),
        ('publication_schema', exists (select from pg_catalog.pg_publication_namespace)),
        ('publication_table', exists (select from pg_catalog.pg_publication_rel)),
        ('range', exists (select from pg_catalog.pg_range as x where x.rngtypid >= 16384)),
        ('statistics', exists (select from pg_catalog.pg_statistic_ext)),
        ('subscription', exists (select x.oid from pg_catalog.pg_subscription as x)),
        ('text_search_configuration', exists (select from pg_catalog.pg_ts_config as x where x.oid >= 16384)),
        ('text_search_dictionary', exists (select from pg_catalog.pg_ts_dict as x where x.oid >= 16384)),
        ('text_search_parser', exists (select from pg_catalog.pg_ts_parser as x where x.oid >= 16384)),
        ('text_search_template', exists (select from pg_catalog.pg_ts_template as x where x.oid >= 16384)),
        ('transform', exists (select from pg_catalog.pg_transform)),
        ('user_mapping', exists (select from pg_catalog.pg_user_mappings))
) as k (kind, is_there)
where k.is_there
order by k.kind
