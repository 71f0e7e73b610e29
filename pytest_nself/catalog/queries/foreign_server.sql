-- Foreign servers. Of an option that holds a secret only the sha256 is read.
select
    s.oid, 0 as sub, null as schema, s.srvname::text as name, null as part,
    s.srvtype as type,
    s.srvversion as version,
    pg_catalog.quote_ident(w.fdwname) as wrapper,
    (
        select pg_catalog.array_agg(o order by o) from pg_catalog.unnest(s.srvoptions) as o
        where pg_catalog.split_part(o, '=', 1) !~* 'pass|pwd|secret|token|credential|private|access_?key|api_?key'
    ) as options,
    (
        select pg_catalog.array_agg(
            pg_catalog.split_part(o, '=', 1) || '=' || pg_catalog.encode(
                pg_catalog.sha256(
                    pg_catalog.convert_to(
                        pg_catalog.substr(o, pg_catalog.strpos(o, '=') + 1), pg_catalog.getdatabaseencoding()
                    )
                ), 'hex'
            ) order by o
        )
        from pg_catalog.unnest(s.srvoptions) as o
        where pg_catalog.split_part(o, '=', 1) ~* 'pass|pwd|secret|token|credential|private|access_?key|api_?key'
    ) as secrets,
    pg_catalog.pg_get_userbyid(s.srvowner)::text as owner,
    s.srvacl::text[] as acl
from pg_catalog.pg_foreign_server as s
join pg_catalog.pg_foreign_data_wrapper as w on w.oid = s.srvfdw
where
    s.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass and e.objid = s.oid
    )
    /* only: s.oid */
order by s.srvname
