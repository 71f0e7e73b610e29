-- What makes a database tell which objects a step has touched; run as superuser.
-- All of it becomes a part of plpgsql, so that nobody takes it for the schema's own, and it goes when that goes.
--
-- The session's setting `nself.touched` gets a line for each object: `+` (made or changed) with class, oid, number of
-- the column and command, or `-` (dropped) with class, oid, number of the column and whether the command named it; and
-- `!` with the command where nobody tells what it has touched. As a setting it goes back with what is rolled back. Who
-- reads it leaves `#` there.
create function pg_catalog.nself_touch() returns event_trigger language plpgsql
set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off as $touch$
declare
    told text;
begin
    if tg_event = 'sql_drop' then
        -- What goes only as a part of something else is not told, unless others can be parts of it.
        select pg_catalog.string_agg(
            pg_catalog.concat(e'\n-', d.classid, ' ', d.objid, ' ', d.objsubid, ' ', d.original), ''
        ) into told
        from pg_catalog.pg_event_trigger_dropped_objects() as d
        where d.original or d.normal or d.classid in (1259, 1247, 1255);
    elsif tg_tag like 'DROP %' and tg_tag <> 'DROP OWNED' then
        return;
    elsif tg_tag in ('CREATE INDEX', 'CREATE POLICY', 'CREATE TRIGGER', 'CREATE RULE', 'CREATE STATISTICS') then
        -- The table of what was made.
        select pg_catalog.string_agg(
            pg_catalog.concat(
                e'\n+1259 ', case c.classid
                    when 1259 then (select x.indrelid from pg_catalog.pg_index as x where x.indexrelid = c.objid)
                    when 3256 then (select p.polrelid from pg_catalog.pg_policy as p where p.oid = c.objid)
                    when 2620 then (select t.tgrelid from pg_catalog.pg_trigger as t where t.oid = c.objid)
                    when 2618 then (select r.ev_class from pg_catalog.pg_rewrite as r where r.oid = c.objid)
                    when 3381 then (select s.stxrelid from pg_catalog.pg_statistic_ext as s where s.oid = c.objid)
                end, ' 0 ', c.command_tag
            ), ''
        ) into told
        from pg_catalog.pg_event_trigger_ddl_commands() as c;
    elsif tg_tag not like '% EXTENSION' then
        select pg_catalog.string_agg(
            case
                when c.objid is null then pg_catalog.concat(e'\n!', c.command_tag)
                else pg_catalog.concat(e'\n+', c.classid, ' ', c.objid, ' ', c.objsubid, ' ', c.command_tag)
            end, ''
        ) into told
        from pg_catalog.pg_event_trigger_ddl_commands() as c
        -- Of the index of a constraint and of the sequence behind an identity column the table is told too.
        where
            c.command_tag <> 'CREATE INDEX'
            and not (
                tg_tag in ('CREATE TABLE', 'ALTER TABLE') and c.command_tag in ('CREATE SEQUENCE', 'ALTER SEQUENCE')
                and (
                    select pg_catalog.count(*) from pg_catalog.pg_depend as d
                    where d.classid = 1259 and d.objid = c.objid and d.refclassid = 1259 and d.deptype = 'i'
                ) > 0
            );
    end if;
    if told is null and tg_event = 'ddl_command_end' then
        told := e'\n!' || tg_tag;
    end if;
    perform pg_catalog.set_config(
        'nself.touched', pg_catalog.current_setting('nself.touched', true) || coalesce(told, ''), false
    );
end
$touch$;

-- The lines; how many rows of each of these catalogs were ever made, changed and removed; how many of indexes and of
-- owners were changed, which not every command tells, and how many of roles and tablespaces; who asks; from which
-- transaction on rows are newer than this answer; whether the session's settings are those that the queries need, but
-- for the search path; and how many statements of ours it has prepared.
create function pg_catalog.nself_touched(
    catalogs oid[], out lines text, out counts bigint[], out untold bigint, out shared bigint, out role text,
    out since xid, out settled boolean, out prepared bigint
) language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $touched$
begin
    lines := pg_catalog.current_setting('nself.touched', true);
    select
        pg_catalog.array_agg(
            coalesce(
                pg_catalog.pg_stat_get_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_tuples_updated(c.oid)
                + pg_catalog.pg_stat_get_tuples_deleted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
                + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
                + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid), 0
            ) order by c.number
        ),
        coalesce(pg_catalog.pg_stat_get_tuples_updated(2610) + pg_catalog.pg_stat_get_xact_tuples_updated(2610), 0)
        + coalesce(pg_catalog.pg_stat_get_tuples_updated(1214) + pg_catalog.pg_stat_get_xact_tuples_updated(1214), 0)
        + coalesce(pg_catalog.pg_stat_get_tuples_deleted(1214) + pg_catalog.pg_stat_get_xact_tuples_deleted(1214), 0),
        coalesce(pg_catalog.pg_stat_get_tuples_updated(1260) + pg_catalog.pg_stat_get_xact_tuples_updated(1260), 0)
        + coalesce(pg_catalog.pg_stat_get_tuples_updated(1213) + pg_catalog.pg_stat_get_xact_tuples_updated(1213), 0),
        pg_catalog.current_setting('quote_all_identifiers') = 'off'
        and pg_catalog.current_setting('datestyle') = 'ISO, MDY'
        and pg_catalog.current_setting('intervalstyle') = 'postgres'
        and pg_catalog.current_setting('timezone') in ('UTC', 'Etc/UTC')
        and pg_catalog.current_setting('extra_float_digits') = '1'
        and pg_catalog.current_setting('bytea_output') = 'hex'
        and pg_catalog.current_setting('jit') = 'off'
    into counts, untold, shared, settled
    from pg_catalog.unnest(catalogs) with ordinality as c (oid, number);
    role := current_user;
    since := pg_catalog.xid(
        coalesce(
            pg_catalog.pg_current_xact_id_if_assigned(),
            pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())
        )
    );
    prepared := (select pg_catalog.count(*) from pg_catalog.pg_prepared_statements as p where p.name like 'nself%');
    perform pg_catalog.set_config('nself.touched', '#', false);
end
$touched$;

create event trigger nself_made on ddl_command_end execute function pg_catalog.nself_touch();
create event trigger nself_dropped on sql_drop execute function pg_catalog.nself_touch();
alter event trigger nself_made enable always;
alter event trigger nself_dropped enable always;
alter extension plpgsql add function pg_catalog.nself_touch();
alter extension plpgsql add function pg_catalog.nself_touched(oid[]);
alter extension plpgsql add event trigger nself_made;
alter extension plpgsql add event trigger nself_dropped;
