"""Reading the facts about a database, all of one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import NselfError
from pytest_nself.core.names import ObjectRef

from .acl import parse_acl
from .fact import Address, Catalog, Entry
from .kinds import kinds
from .privileges import own_privileges

if TYPE_CHECKING:
    import psycopg

QUERIES = Path(__file__).with_name("queries")

TOOL_SCHEMAS = ("hdb_catalog", "hdb_views", "drizzle")
"""Schemas in which tools keep their own books."""

_SETTINGS = {
    # Every name that is not the server's own is then written with its schema.
    "search_path": "",
    "quote_all_identifiers": "off",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "jit": "off",
}
_ATTEMPTS = 5


def introspect(
    connection: psycopg.Connection[Any],
    *,
    dependencies: bool = True,
    excluded: Collection[str] = TOOL_SCHEMAS,
    excluded_tables: Collection[tuple[str, str]] = (),
) -> Catalog:
    """The catalog of the database that the connection leads to.

    Outside a transaction it is read in one of its own, and again if somebody changed the schema meanwhile; inside one
    the caller's transaction is what is seen. `excluded` are schemas that are left out, `excluded_tables` tables, by
    schema and name. Raises NselfError when the schema does not stand still.
    """
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status is not TransactionStatus.IDLE:
        with _settings(connection):
            return _read(connection, dependencies, excluded, excluded_tables)
    autocommit = connection.autocommit
    connection.autocommit = True
    try:
        return _read_when_still(connection, dependencies, excluded, excluded_tables)
    finally:
        connection.autocommit = autocommit


def _read_when_still(
    connection: psycopg.Connection[Any],
    dependencies: bool,
    excluded: Collection[str],
    excluded_tables: Collection[tuple[str, str]],
) -> Catalog:
    alone = True
    for _ in range(_ATTEMPTS):
        with _own_transaction(connection):
            before = _value(connection, _MOMENT if alone else query_text("marks"))
            catalog = _read(connection, dependencies, excluded, excluded_tables)
        # The texts of views and expressions come from what is there when they are asked for, not from the
        # transaction's moment, so that somebody's change in between would be seen in part. Where no transaction
        # began or ended meanwhile there was none; else the marks of all rows tell.
        if _value(connection, _MOMENT if alone else query_text("marks")) == before:
            return catalog
        alone = False
    raise NselfError(
        "The schema cannot be read: it does not stand still.",
        f"Somebody changed it during each of {_ATTEMPTS} readings.",
        "wait until the migration or deploy that is under way is done",
    )


_MOMENT = "select pg_catalog.pg_current_snapshot()::text"


def _value(connection: psycopg.Connection[Any], query: str) -> Any:
    row = _rows(connection, query)[0]
    return row[0]


@contextmanager
def _own_transaction(connection: psycopg.Connection[Any]) -> Iterator[None]:
    connection.execute("begin transaction isolation level repeatable read, read only")
    try:
        connection.execute("; ".join(f"set local {name} = '{value}'" for name, value in _SETTINGS.items()).encode())
        yield
    finally:
        connection.execute("rollback")


@contextmanager
def _settings(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """The settings for the reading, and the session's own again afterwards, inside its transaction."""
    names = list(_SETTINGS)
    query = "select pg_catalog.current_setting(n) from pg_catalog.unnest(%s::text[]) as n"
    own = [value for (value,) in _rows(connection, query, [names])]
    change = "select pg_catalog.set_config(n, v, true) from rows from (pg_catalog.unnest(%s::text[]), pg_catalog.unnest(%s::text[])) as s (n, v)"
    connection.execute(change, [names, list(_SETTINGS.values())])
    try:
        yield
    finally:
        from psycopg.pq import TransactionStatus

        if connection.info.transaction_status is TransactionStatus.INTRANS:
            connection.execute(change, [names, own])


@cache
def query_text(name: str) -> str:
    """The text of a query, without its comments at the head."""
    return (QUERIES / f"{name}.sql").read_text()


def _rows(
    connection: psycopg.Connection[Any], query: str, params: Sequence[Any] | None = None
) -> list[tuple[Any, ...]]:
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), params).fetchall()


def _read(
    connection: psycopg.Connection[Any],
    dependencies: bool,
    excluded: Collection[str],
    excluded_tables: Collection[tuple[str, str]],
) -> Catalog:
    entries, addresses = _read_entries(connection, excluded)
    version = connection.info.server_version
    for classid, oid, sub, text in _rows(connection, query_text("comments")):
        _say(entries, addresses, (classid, oid, sub), "comment", text)
    for classid, oid, sub, text in _rows(connection, query_text("labels")):
        _say(entries, addresses, (classid, oid, sub), f"label:{text.partition(':')[0]}", text)
    for classid, oid, extension in _rows(connection, query_text("bound")):
        _say(entries, addresses, (classid, oid, 0), f"bound:{extension}", extension)
    _settle_acls(entries, version)
    if excluded_tables:
        hidden = set(excluded_tables)
        entries = {ref: one for ref, one in entries.items() if (ref.schema, ref.name) not in hidden}
    depends = _read_depends(connection, entries, addresses) if dependencies else {}
    role = str(_value(connection, "select current_user::text"))
    unmodelled = tuple(
        ObjectRef(kind, schema, name) for kind, schema, name in _rows(connection, _filled("unmodelled", excluded))
    )
    return Catalog(entries, depends, unmodelled, role, version)


def _filled(name: str, excluded: Collection[str]) -> str:
    from pytest_nself.core.names import quote_literal

    names = ", ".join(quote_literal(schema) for schema in excluded)
    text = query_text(name)
    marker = "/* excluded: n.nspname */"
    return text.replace(marker, f"and n.nspname not in ({names})") if names else text


def _read_entries(
    connection: psycopg.Connection[Any], excluded: Collection[str]
) -> tuple[dict[ObjectRef, Entry], dict[Address, ObjectRef]]:
    from psycopg.rows import tuple_row

    entries: dict[ObjectRef, Entry] = {}
    addresses: dict[Address, ObjectRef] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for kind in kinds().values():
            cursor.execute(_filled(kind.name, excluded).encode())
            header = {column.name: place for place, column in enumerate(cursor.description or ())}
            rows = cursor.fetchall()
            if kind.name == "column":
                rows = _ranked(rows, header["position"])
            for row in rows:
                ref = ObjectRef(kind.name, row[2], row[3], row[4])
                entries[ref] = Entry(ref, header, row)
                if kind.catalog:
                    addresses[kind.catalog, row[0], row[1]] = ref
    return entries, addresses


def _ranked(rows: Iterable[tuple[Any, ...]], place: int) -> list[tuple[Any, ...]]:
    """Columns with their rank among those that live: a number that a dropped column has had is no fact."""
    ranked, table, rank = [], None, 0
    for row in rows:
        table, rank = row[0], rank + 1 if row[0] == table else 1
        ranked.append((*row[:place], rank, *row[place + 1 :]))
    return ranked


def _say(
    entries: Mapping[ObjectRef, Entry], addresses: Mapping[Address, ObjectRef], at: Address, name: str, value: str
) -> None:
    ref = addresses.get(at)
    if ref is not None:
        entry = entries[ref]
        entry.extra = {**(entry.extra or {}), name: value}


def _settle_acls(entries: dict[ObjectRef, Entry], version: int) -> None:
    """An ACL that says what holds without one is none."""
    for ref, entry in entries.items():
        place = entry.header.get("acl")
        if place is None or entry.row[place] is None:
            continue
        start = own_privileges(entry, version)
        if parse_acl(entry.row[place], **start) == parse_acl(None, **start):
            entries[ref] = entry.replaced(acl=None)


def _read_depends(
    connection: psycopg.Connection[Any],
    entries: Mapping[ObjectRef, Entry],
    addresses: Mapping[Address, ObjectRef],
) -> dict[ObjectRef, frozenset[ObjectRef]]:
    aliases: dict[tuple[int, int], Address] = {
        (classid, oid): (of_class, of_oid, of_sub)
        for classid, oid, of_class, of_oid, of_sub in _rows(connection, query_text("aliases"))
    }

    def found(classid: int, oid: int, sub: int) -> ObjectRef | None:
        alias = aliases.get((classid, oid))
        while alias is not None:
            classid, oid, sub = alias
            alias = aliases.get((classid, oid))
        return addresses.get((classid, oid, sub)) or addresses.get((classid, oid, 0))

    depends: defaultdict[ObjectRef, set[ObjectRef]] = defaultdict(set)
    for one in _rows(connection, query_text("dependencies")):
        mine, other = found(*one[:3]), found(*one[3:])
        if mine is None or other is None or mine == other or mine not in entries or other not in entries:
            continue
        if mine.kind == "sequence" and other.kind in ("column", "table"):
            continue  # that it goes with a column is a fact of its own
        depends[mine].add(other)
    _add_needs(entries, depends)
    return {ref: frozenset(needs) for ref, needs in depends.items()}


def _add_needs(entries: Mapping[ObjectRef, Entry], depends: defaultdict[ObjectRef, set[ObjectRef]]) -> None:
    """What the server does not keep: the schema `public`, and what ties objects that are none of its own."""
    catalog = Catalog(entries)
    columns: defaultdict[tuple[str | None, str], set[ObjectRef]] = defaultdict(set)
    for ref in entries:
        if ref.kind == "column":
            columns[ref.schema, ref.name].add(ref)
    for ref, entry in entries.items():
        needs = {*kinds()[ref.kind].needs(entry, catalog), ObjectRef("schema", None, ref.schema or "")}
        if ref.kind in ("partition", "inheritance"):
            # A table can be put below another once the columns of both fit.
            needs |= {column for need in tuple(needs) for column in columns[need.schema, need.name]}
        depends[ref] |= {need for need in needs if need in entries and need != ref}
