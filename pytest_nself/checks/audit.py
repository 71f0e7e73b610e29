"""Rules, asked of a database: what they find, in a fixed order. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Finding, Findings
from pytest_nself.core.names import ObjectRef
from pytest_nself.migrations.foreign.tools import all_tools
from pytest_nself.migrations.ledger import LOG_SUFFIX

from .rule import Rule
from .rule import rules as all_rules
from .target import QUERIES

if TYPE_CHECKING:
    import psycopg

Table = tuple[str | None, str]

AXES = ("tenant_id", "source_account_id")
"""Columns that separate tenants: of a cloud's tenants, and of the apps in one deploy."""

IGNORED = ("drizzle", "graphile_migrate", "hdb_catalog", "hdb_views", "supabase_migrations")
"""Schemas that belong to a tool, not to the project; PostgreSQL's own are never looked at."""

_BESIDE_LEDGERS = ("ar_internal_metadata", "knex_migrations_lock", "yoyo_lock", "_yoyo_log", "_yoyo_version")


def audit(
    connection: psycopg.Connection[Any],
    rules: Iterable[Rule | str] | None = None,
    *,
    groups: Collection[str] | None = None,
    tables: Iterable[str | ObjectRef] | None = None,
    axes: Sequence[str] = AXES,
    ignored: Sequence[str] = IGNORED,
) -> Findings:
    """What the rules find: by rule, then by object. Tables of ledgers and members of extensions are left out.

    `rules` are rules or their names (None: all), of which `groups` keeps those of one of these groups. `tables` keeps
    what is about one of these, each as `schema.table`. `axes` are columns that separate tenants, `ignored` schemas that
    are not looked at. Within a transaction it stays there; else it sees one moment, and ends it.

    ConfigError for a rule or a group that there is none of, and for a table that is not there to be looked at: no
    finding about it would look as if all were well.
    """
    chosen = choose(rules, groups)
    only = None if tables is None else frozenset(map(str, tables))
    with _one_moment(connection):
        if only is not None:
            _check(only, _tables(connection, ignored))
        rows = [(rule, row) for rule in chosen for row in _rows(connection, rule.sql(axes=axes, ignored=ignored))]
        ledgers = _ledgers(connection) if rows else frozenset()
    found = [rule.finding(row) for rule, row in rows]
    kept = (one for one in found if _table_of(one) not in ledgers)
    return Findings(kept if only is None else (one for one in kept if "{}.{}".format(*_table_of(one)) in only))


def audited_tables(connection: psycopg.Connection[Any], *, ignored: Sequence[str] = IGNORED) -> tuple[ObjectRef, ...]:
    """The tables that rules look at, by schema and name: also partitions, but none of a tool or an extension."""
    with _one_moment(connection):
        return _tables(connection, ignored)


def choose(wanted: Iterable[Rule | str] | None = None, groups: Collection[str] | None = None) -> tuple[Rule, ...]:
    """The rules of these names that are in one of these groups; ConfigError for one that there is none of."""
    known = {rule.id: rule for rule in all_rules()}
    asked = known.values() if wanted is None else wanted
    chosen = tuple(rule if isinstance(rule, Rule) else _known("rule", rule, known) for rule in asked)
    if groups is None:
        return chosen
    by_group = {group: group for rule in (*known.values(), *chosen) for group in rule.groups}
    kept = {_known("group of rules", group, by_group) for group in groups}
    return tuple(rule for rule in chosen if kept.intersection(rule.groups))


def _known(what: str, name: str, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    raise ConfigError(
        f"There is no {what} {name!r}.",
        f"There are {', '.join(sorted(known))}.",
        f"you may have meant {near[0]}" if near else "name one of them",
    )


def _check(wanted: frozenset[str], tables: Sequence[ObjectRef]) -> None:
    known = {str(table) for table in tables}
    for name in sorted(wanted):
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            raise ConfigError(
                f"There is no table {name} to look at.",
                "Tables are named with their schema; those of tools, ledgers and extensions are not looked at.",
                f"you may have meant {near[0]}" if near else "correct its name",
            )


def _table_of(finding: Finding) -> Table:
    return finding.subject.schema, finding.subject.name


@contextmanager
def _one_moment(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """One snapshot for all queries; in a transaction that is open, its own view, with what it has changed."""
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    begin = "begin isolation level repeatable read read only"
    if not connection.autocommit:
        begin = "set transaction isolation level repeatable read, read only"  # the transaction opens by itself
    connection.execute(begin.encode())
    try:
        yield
    finally:
        if not connection.closed:
            connection.rollback()


def _tables(connection: psycopg.Connection[Any], ignored: Sequence[str]) -> tuple[ObjectRef, ...]:
    ledgers = _ledgers(connection)
    rows = _rows(connection, (QUERIES / "audited_tables.sql").read_text(encoding="utf-8"), [list(ignored)])
    found = (ObjectRef("table", row["schema"], row["name"]) for row in rows)
    return tuple(one for one in found if (one.schema, one.name) not in ledgers)


def _ledgers(connection: psycopg.Connection[Any]) -> frozenset[Table]:
    """Tables that migration tools keep; nobody's schema is worse for what they lack."""
    names = {name for tool in all_tools() if tool.schema is None for name in tool.tables}
    query = (QUERIES / "ledger_tables.sql").read_text(encoding="utf-8")
    rows = _rows(connection, query, [sorted(names.union(_BESIDE_LEDGERS)), LOG_SUFFIX])
    return frozenset((row["schema"], row["name"]) for row in rows)


def _rows(connection: psycopg.Connection[Any], query: str, params: Sequence[object] | None = None) -> list[Any]:
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), params, prepare=False).fetchall()
