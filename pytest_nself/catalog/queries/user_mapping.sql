-- User mappings whose options the reader may see; the others are among the unmodelled.
select
    u.umid as oid, 0 as sub, null as schema, u.srvname::text as name, u.usename::text as part,
    (
        select pg_catalog.array_agg(o order by o) from pg_catalog.unnest(u.umoptions) as o
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
        from pg_catalog.unnest(u.umoptions) as o
        where pg_catalog.split_part(o, '=', 1) ~* 'pass|pwd|secret|token|credential|private|access_?key|api_?key'
    ) as secrets
from pg_catalog.pg_user_mappings as u
join pg_catalog.pg_foreign_server as s on s.oid = u.srvid
where
    u.umid >= 16384
    and (
        (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user)
        or u.umuser = 0 and pg_catalog.pg_has_role(s.srvowner, 'usage')
        or u.umuser <> 0 and u.usename = current_user
        and (pg_catalog.pg_has_role(s.srvowner, 'usage') or pg_catalog.has_server_privilege(s.oid, 'usage'))
    )
    and not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_user_mapping'::pg_catalog.regclass and e.objid = u.umid
    )
    /* only: u.umid */
order by u.srvname, u.usename
