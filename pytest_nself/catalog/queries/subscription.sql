-- Subscriptions of this database; who may not read how they connect gets none, and finds them among the unmodelled.
select
    (s.r ->> 'oid')::oid as oid, 0 as sub, null as schema, s.r ->> 'subname' as name, null as part,
    pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(
            s.r ->> 'subconninfo', '(\w*(?:pass(?!file)|secret|scram_)\w*\s*=\s*)(''(?:[^''\\]|\\.)*''|[^\s&]+)', '\1***', 'gi'
        ),
        '^(postgres(?:ql)?://[^:/@?]*):[^@]*@', '\1:***@'
    ) as connection,
    case when s.r ->> 'subconninfo' ~* '(pass(?!file)|secret|scram_)\w*\s*=|^postgres(ql)?://[^:/@?]*:[^@]*@' then pg_catalog.encode(
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
from pg_catalog.jsonb_array_elements(
    (
        -- A statement that names what the reader may not see fails as a whole, so that this one is made on the fly,
        -- and brings its answer as words of at most two thousand bytes.
        select pg_catalog.convert_from(
            pg_catalog.decode(pg_catalog.string_agg(pg_catalog.substr(w.word, 9), '' order by w.word), 'hex'),
            pg_catalog.getdatabaseencoding()
        )::jsonb
        from pg_catalog.ts_stat(
            case
                when
                    pg_catalog.has_table_privilege('pg_catalog.pg_subscription', 'select')
                    and exists (select s.oid from pg_catalog.pg_subscription as s)
                    then '
                        select pg_catalog.array_to_tsvector(
                            pg_catalog.array_agg(
                                pg_catalog.to_char(n, ''FM00000000'') || pg_catalog.substr(a.hex, n * 1000 + 1, 1000)
                            )
                        )
                        from (
                            select pg_catalog.encode(
                                pg_catalog.convert_to(
                                    coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s)), ''[]'')::text,
                                    pg_catalog.getdatabaseencoding()
                                ), ''hex''
                            ) as hex
                            from pg_catalog.pg_subscription as s
                            join pg_catalog.pg_database as d on d.oid = s.subdbid
                            where d.datname = pg_catalog.current_database()
                        ) as a
                        cross join pg_catalog.generate_series(0, pg_catalog.length(a.hex) / 1000) as n
                    '
                else 'select null::pg_catalog.tsvector'
            end
        ) as w
    )
) as s (r)
where
    not exists (
        select from pg_catalog.pg_depend as e
        where e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.deptype = 'e'
            and e.classid = 'pg_catalog.pg_subscription'::pg_catalog.regclass and e.objid = (s.r ->> 'oid')::oid
    )
    /* only: (s.r ->> 'oid')::oid */
order by 4
