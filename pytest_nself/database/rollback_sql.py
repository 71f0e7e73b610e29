"""The SQL of a test inside a transaction: messages of the simple protocol, each sent in one round trip.

A setting that was made local goes back, after an emulated commit, to what it was before. That value is kept on the
server, in a transaction-local setting of ours (its *shadow*), so that it follows savepoints and exception blocks
exactly as the setting itself does. A shadow holds `=value`, `-` for a setting that did not exist, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_nself.core.names import quote_literal

SAVEPOINT = b"savepoint nself_commit"
RELEASE = b"release savepoint nself_commit; savepoint nself_commit"
ROLL_BACK_TO = b"rollback to savepoint nself_commit"
BENEATH = b"release savepoint nself_commit; %b; savepoint nself_commit"

# The savepoint on the n-th link of a transaction that tests have in common.
ON_LINK = b"release savepoint nself_commit; savepoint nself_link_%d"
BACK_TO_LINK = b"rollback to savepoint nself_link_%d"

# Which transaction this is: its start is the same until it ends, and a text that no DateStyle changes.
IDENTITY = b"select extract(epoch from pg_catalog.now())"

# What a rollback leaves behind on a connection.
RESET = b"select pg_catalog.pg_advisory_unlock_all(); deallocate all; discard sequences"

LOOK_ANEW = b"select pg_catalog.pg_stat_clear_snapshot()"

CHECK_DEFERRED = (
    b"savepoint nself_check; set constraints all immediate; "
    b"rollback to savepoint nself_check; release savepoint nself_check"
)
LEAVE_CHECK = b"rollback to savepoint nself_check; release savepoint nself_check"
FIRE_DEFERRED = b"set constraints all immediate"

# The command that gives every deferrable constraint its own mode again, as at the start of a transaction. SET
# CONSTRAINTS ALL speaks for all of them at once; only the smaller kind is named (in a schema of which every foreign
# key is deferred, that is nobody). A name that stands for several constraints, one of them not deferrable, cannot
# be set. Null: the database has no deferrable constraint.
MODES = b"""
with switchable as (
    select pg_catalog.format('%I.%I', n.nspname, c.conname) as name, c.condeferred as is_later,
           pg_catalog.has_schema_privilege(n.oid, 'usage') and not exists (
               select from pg_catalog.pg_constraint as other
               where other.conname = c.conname and other.connamespace = c.connamespace and not other.condeferrable
           ) as settable
    from pg_catalog.pg_constraint as c
    join pg_catalog.pg_namespace as n on n.oid = c.connamespace
    where c.condeferrable and not pg_catalog.pg_is_other_temp_schema(n.oid)
), counted as (
    select count(*) filter (where is_later) as later, count(*) filter (where not is_later) as at_once,
           pg_catalog.string_agg(name, ', ' order by name) filter (where is_later and settable) as later_names,
           pg_catalog.string_agg(name, ', ' order by name) filter (where not is_later and settable) as at_once_names
    from switchable
)
select case
    when later = 0 and at_once = 0 then null
    when later < at_once
    then coalesce('set constraints ' || later_names || ' deferred', 'set constraints all immediate')
    else 'set constraints all deferred' || coalesce('; set constraints ' || at_once_names || ' immediate', '')
end
from counted
"""

# Whether loaded rows can be shared: a savepoint gives neither the place of a cursor back, nor a lock of the session
# or a prepared statement that RESET takes away; and on other isolation levels the snapshot would be an old one.
SHAREABLE = b"""
select pg_catalog.current_setting('transaction_isolation') = 'read committed'
   and not exists (select from pg_catalog.pg_cursors where name <> '')
   and not exists (select from pg_catalog.pg_prepared_statements)
   and not exists (
       select from pg_catalog.pg_locks where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid()
   )
"""

# What is asked once after a load: the transaction, whether tests can share it, and the modes of its constraints.
LOADED = IDENTITY + b", (" + SHAREABLE + b"), (" + MODES + b")"

# A transaction's end closes its cursors, apart from those WITH HOLD.
CLOSE_CURSORS = b"""
select pg_catalog.string_agg('close ' || pg_catalog.quote_ident(name), '; ' order by name)
from pg_catalog.pg_cursors
where not is_holdable and name <> ''
"""


def capture(shadows: Mapping[str, str], *, again: bool) -> bytes:
    """Keep the present values of settings (name -> shadow); `again` overwrites what is kept already."""
    kept = "" if again else " where coalesce(pg_catalog.current_setting(t.shadow, true), '') = ''"
    return (
        "select pg_catalog.set_config(t.shadow, coalesce('=' || pg_catalog.current_setting(t.name, true), '-'), true)"
        f" from (values {_rows(shadows)}) as t(place, name, shadow){kept}"
    ).encode()


def restore(shadows: Mapping[str, str]) -> bytes:
    """Give settings the values that are kept for them, and keep none.

    A custom setting that did not exist before becomes empty, as PostgreSQL leaves it. Who the session is comes
    back first: the other settings may need those rights.
    """
    return (
        "select pg_catalog.set_config("
        "t.name, case when t.kept = '-' then '' else pg_catalog.substr(t.kept, 2) end, false),"
        " pg_catalog.set_config(t.shadow, '', true) from ("
        "select v.name, v.shadow, pg_catalog.current_setting(v.shadow, true) as kept"
        f" from (values {_rows(shadows)}) as v(place, name, shadow) order by v.place offset 0) as t"
        " where t.kept <> '' and pg_catalog.current_setting(t.name, true) is not null"
    ).encode()


def _rows(shadows: Mapping[str, str]) -> str:
    first = {"session_authorization": 0, "role": 1}
    names = sorted(shadows, key=lambda name: (first.get(name, 2), name))
    rows = (f"({place}, {quote_literal(name)}, {quote_literal(shadows[name])})" for place, name in enumerate(names))
    return ", ".join(rows)
