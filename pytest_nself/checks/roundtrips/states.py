"""The state of a database between two steps, and in what two states differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.read import TOOL_SCHEMAS, introspect
from pytest_nself.catalog.watching import Watching
from pytest_nself.core.names import ObjectRef
from pytest_nself.migrations.ledger import LEDGER, LOG_SUFFIX, LedgerTable

if TYPE_CHECKING:
    import psycopg

Roles = Mapping[tuple[str, str], str]
"""Roles and memberships of the cluster, ("role", name) and ("membership", "a to b"), with their attributes."""

_ROLES = """
select 'role', r.rolname::text, pg_catalog.concat_ws(
    ' ', case when r.rolsuper then 'superuser' end, case when r.rolcanlogin then 'login' end,
    case when r.rolcreatedb then 'createdb' end, case when r.rolcreaterole then 'createrole' end,
    case when not r.rolinherit then 'noinherit' end, case when r.rolbypassrls then 'bypassrls' end,
    case when r.rolreplication then 'replication' end, 'limit ' || r.rolconnlimit,
    pg_catalog.array_to_string(r.rolconfig, ' ')
)
from pg_catalog.pg_roles as r where r.rolname !~ '^pg_'
union all
select 'membership', granted.rolname || ' to ' || member.rolname, m.admin_option::text
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as granted on granted.oid = m.roleid
join pg_catalog.pg_roles as member on member.oid = m.member
where granted.rolname !~ '^pg_' or member.rolname !~ '^pg_'
order by 1, 2
"""


class States(Protocol):
    """How states are read and compared; a reader may know what a step has touched, and look only there."""

    def start(self, connection: psycopg.Connection[Any]) -> Catalog:
        """The catalog as it is, read as a whole; from now on the connection is the one that is looked at."""

    def after(self, connection: psycopg.Connection[Any], before: Catalog) -> Catalog:
        """The catalog after a step that began when it was `before`; what the step left alone may be the same entry."""

    def different(self, a: Catalog, b: Catalog) -> list[ObjectRef]:
        """The objects in which two catalogs of this reader differ, in a stable order."""


@dataclass(frozen=True, slots=True)
class WholeStates:
    """Reads everything each time. `ledger` is left out, as are the schemas of tools."""

    ledger: LedgerTable = LEDGER
    excluded: Collection[str] = TOOL_SCHEMAS

    def start(self, connection: psycopg.Connection[Any]) -> Catalog:
        hidden = books_of(self.ledger)
        return introspect(connection, dependencies=False, excluded=self.excluded, excluded_tables=hidden)

    def after(self, connection: psycopg.Connection[Any], before: Catalog) -> Catalog:
        return self.start(connection)

    def different(self, a: Catalog, b: Catalog) -> list[ObjectRef]:
        return list(differing(a.entries, b.entries))


class WatchedStates:
    """Reads what a step has touched where the database tells it, else everything."""

    def __init__(self, ledger: LedgerTable = LEDGER) -> None:
        self._ledger = ledger
        self._watching: Watching | None = None

    def start(self, connection: psycopg.Connection[Any]) -> Catalog:
        self._watching = Watching(connection, excluded_tables=books_of(self._ledger))
        return self._watching.now()

    def after(self, connection: psycopg.Connection[Any], before: Catalog) -> Catalog:
        return self._reader.after(before)

    def different(self, a: Catalog, b: Catalog) -> list[ObjectRef]:
        return self._reader.different(a, b)

    @property
    def _reader(self) -> Watching:
        assert self._watching is not None  # since start()
        return self._watching


def may_be_watched(texts: Iterable[str]) -> bool:
    """Whether a database can tell what is touched while these run: they may not drop its language."""
    return not any(_DROPS_LANGUAGE.search(text) for text in texts)


_DROPS_LANGUAGE = re.compile(r"(?is)\bdrop\s+(?:extension|(?:procedural\s+)?language)\b[^;]*\bplpgsql\b")


def books_of(ledger: LedgerTable) -> tuple[tuple[str, str], tuple[str, str]]:
    """The tables in which the runner keeps its books, by schema and name."""
    return (ledger.schema, ledger.name), (ledger.schema, ledger.name + LOG_SUFFIX)


def differing(a: Mapping[ObjectRef, Entry], b: Mapping[ObjectRef, Entry]) -> Iterator[ObjectRef]:
    """The objects that are in one of both alone, or not the same in both."""
    if a is b:
        return
    for ref, entry in a.items():
        other = b.get(ref)
        if other is not entry and (other is None or not entry.equals(other)):
            yield ref
    if len(a) != len(b) or not a.keys() >= b.keys():
        yield from (ref for ref in b if ref not in a)


def read_roles(connection: psycopg.Connection[Any]) -> Roles:
    """The cluster's roles."""
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_ROLES.encode()).fetchall()
    return {(kind, name): said for kind, name, said in rows}


def with_dependencies(connection: psycopg.Connection[Any], ledger: LedgerTable = LEDGER) -> Catalog:
    """The catalog with what each object needs, as a plan of changes must have it."""
    return introspect(connection, dependencies=True, excluded_tables=books_of(ledger))
