-- Subscriptions of this database; who may not read how they connect gets none, and finds them among the unmodelled.
select
    (s.r ->> 'oid')::oid as oid, 0 as sub, null as schema, s.r ->> 'subname' as name, null as part,
    pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(s.r ->> 'subconninfo', '(\w*pass\w*\s*=\s*)(''(?:[^''\\]|\\.)*''|[^\s&]+)', '\1***', 'gi'),
        '^(postgres(?:ql)?://[^:/@?]*):[^@]*@', '\1:***@'
    ) as connection,
    case when s.r ->> 'subconninfo' ~* 'pass\w*\s*=|^postgres(ql)?://[^:/@?]*:[^@]*@' then pg_catalog.encode(
        pg_catalog.sha256(pg_catalog.convert_to(s.r ->> 'subconninfo', pg_catalog.getdatabaseencoding())), 'hex'
    ) end as secret,
    (
        select pg_catalog.array_agg(p.name order by p.ordinality)
        from pg_catalog.jsonb_array_elements_text(s.r -> 'subpublications') with ordinality as p (name, ordinality)
    ) as publications,
    s.r ->> 'subslotname' as slot_name,
    (s.r ->> 'subbinary')::boolean as binary,
    case s.r ->> 'substream' when 't' then 'on' when 'true' then 'on' when 'p' then 'parallel' else 'off' end as streaming,
    s.r ->> 'subtwophasestate' <> 'd' as two_phase,
    (s.r ->> 'subdisableonerr')::boolean as disable_on_error,
    s.r ->> 'subsynccommit' as synchronous_commit,
    s.r ->> 'suborigin' as origin,
    (s.r ->> 'subpasswordrequired')::boolean as password_required,
    (s.r ->> 'subrunasowner')::boolean as run_as_owner,
    (s.r ->> 'subfailover')::boolean as failover,
    (s.r ->> 'subenabled')::boolean as _enabled,
    pg_catalog.pg_get_userbyid((s.r ->> 'subowner')::oid)::text as owner
from (
    -- A statement that names a column which the reader may not see fails as a whole, so that this one is made on the fly.
    select pg_catalog.query_to_xml(
        'select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s)), ''[]'') as found
        from pg_catalog.pg_subscription as s join pg_catalog.pg_database as d on d.oid = s.subdbid
        where d.datname = pg_catalog.current_database()', false, true, ''
    )::text as text
    where pg_catalog.has_table_privilege('pg_catalog.pg_subscription', 'select')
) as x
cross join lateral pg_catalog.jsonb_array_elements(
    pg_catalog.replace(
        pg_catalog.replace(
            pg_catalog.replace(
                pg_catalog.replace(substring(x.text from '<found>(.*)</found>'), '&lt;', '<'), '&gt;', '>'
            ), '&#x0d;', '\r'
        ), '&amp;', '&'
    )::jsonb
) as s (r)
where
    not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_subscription'::pg_catalog.regclass and e.objid = (s.r ->> 'oid')::oid
    )
    /* only: (s.r ->> 'oid')::oid */
order by 4
