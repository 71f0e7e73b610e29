-- Foreign-data wrappers. Of an option that holds a secret only the sha256 is read.
select
    w.oid, 0 as sub, null as schema, w.fdwname::text as name, null as part,
    nullif(w.fdwhandler::oid, 0)::pg_catalog.regproc::text as handler,
    nullif(w.fdwvalidator::oid, 0)::pg_catalog.regproc::text as validator,
    (
        select pg_catalog.array_agg(o order by o) from pg_catalog.unnest(w.fdwoptions) as o
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
        from pg_catalog.unnest(w.fdwoptions) as o
        where pg_catalog.split_part(o, '=', 1) ~* 'pass|pwd|secret|token|credential|private|access_?key|api_?key'
    ) as secrets,
    pg_catalog.pg_get_userbyid(w.fdwowner)::text as owner,
    w.fdwacl::text[] as acl
from pg_catalog.pg_foreign_data_wrapper as w
where
    w.oid >= 16384
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass and e.objid = w.oid
    )
    /* only: w.oid */
order by w.fdwname
