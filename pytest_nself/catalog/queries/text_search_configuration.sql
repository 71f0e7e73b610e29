-- Text search configurations: for each type of token the dictionaries that are asked, in order.
select
    c.oid, 0 as sub, n.nspname::text as schema, c.cfgname::text as name, null as part,
    pg_catalog.format('%I.%I', pn.nspname, s.prsname) as parser,
    (
        select pg_catalog.array_agg(array[m.token, m.dictionaries] order by m.number)
        from (
            select
                x.maptokentype as number, pg_catalog.quote_ident(k.alias) as token,
                pg_catalog.string_agg(pg_catalog.format('%I.%I', dn.nspname, d.dictname), ', ' order by x.mapseqno)
                    as dictionaries
            from pg_catalog.pg_ts_config_map as x
            join pg_catalog.ts_token_type(c.cfgparser) as k on k.tokid = x.maptokentype
            join pg_catalog.pg_ts_dict as d on d.oid = x.mapdict
            join pg_catalog.pg_namespace as dn on dn.oid = d.dictnamespace
            where x.mapcfg = c.oid
            group by x.maptokentype, k.alias
        ) as m
    ) as mappings,
    pg_catalog.pg_get_userbyid(c.cfgowner)::text as owner
from pg_catalog.pg_ts_config as c
join pg_catalog.pg_ts_parser as s on s.oid = c.cfgparser
join pg_catalog.pg_namespace as pn on pn.oid = s.prsnamespace
join pg_catalog.pg_namespace as n on n.oid = c.cfgnamespace
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' /* excluded: n.nspname */
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_ts_config'::pg_catalog.regclass and e.objid = c.oid
    )
    /* only: c.oid */
order by n.nspname, c.cfgname
