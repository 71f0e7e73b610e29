"""Reading the shape of a database's tables: five queries, sent at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.read import TOOL_SCHEMAS, reading
from pytest_nself.core.names import ObjectRef, quote_literal

from .model import Check, Column, Exclusion, Key, Reference, Shape, Table
from .types import Types

if TYPE_CHECKING:
    import psycopg

_PARTS = ("columns", "types", "constraints", "keys")
Row = Mapping[str, Any]


def read_shape(
    connection: psycopg.Connection[Any],
    *,
    excluded: Collection[str] = TOOL_SCHEMAS,
    excluded_tables: Collection[tuple[str, str]] = (),
) -> Shape:
    """The shape of all tables but those of `excluded` schemas, read in the open transaction or one of its own.

    `excluded_tables` are left out too, by schema and name (a ledger is no table for rows).
    """
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status is TransactionStatus.IDLE:
        with connection.transaction():
            return _read(connection, excluded, excluded_tables)
    return _read(connection, excluded, excluded_tables)


def _read(
    connection: psycopg.Connection[Any], excluded: Collection[str], excluded_tables: Collection[tuple[str, str]]
) -> Shape:
    ((path,),) = connection.execute("select pg_catalog.current_schemas(false)::text[]").fetchall()
    with reading(connection):
        tables = [
            row
            for row in _rows(connection, _tables_query(tuple(sorted(excluded))))
            if (row["schema"], row["name"]) not in excluded_tables
        ]
        oids = [row["oid"] for row in tables]
        parts = {name: _rows(connection, _text(name), oids) for name in _PARTS}
    refs = {row["oid"]: ObjectRef("table", row["schema"], row["name"]) for row in tables}
    types = Types(parts["types"])
    columns = {table: [_column(row, types) for row in rows] for table, rows in _by_table(parts["columns"]).items()}
    constraints, keys = _by_table(parts["constraints"]), _by_table(parts["keys"])
    found = (
        _table(row, refs, columns.get(row["oid"], ()), constraints.get(row["oid"], ()), keys.get(row["oid"], ()))
        for row in tables
    )
    return Shape({table.ref: table for table in found}, tuple(path), connection.info.server_version)


@cache
def _text(name: str) -> str:
    return (Path(__file__).with_name("queries") / f"{name}.sql").read_text()


@cache
def _tables_query(excluded: tuple[str, ...]) -> str:
    names = ", ".join(quote_literal(schema) for schema in excluded)
    return _text("tables").replace("/* excluded: n.nspname */", f"and n.nspname not in ({names})" if names else "")


def _rows(connection: psycopg.Connection[Any], query: str, oids: Sequence[int] | None = None) -> list[dict[str, Any]]:
    from psycopg import RawCursor
    from psycopg.rows import dict_row

    with RawCursor(connection, row_factory=dict_row) as cursor:
        cursor.execute(query.encode(), None if oids is None else (list(oids),))
        return cursor.fetchall()


def _by_table(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["table"]].append(row)
    return found


def _column(row: Row, types: Types) -> Column:
    return Column(
        row["name"],
        row["number"],
        types.of(row["type"], row["modifier"], row["written"]),
        not_null=row["not_null"],
        default=row["default"],
        generated=row["generated"],
        identity=row["identity"],
        sequence=row["sequence"],
        computed=row["computed"],
    )


def _table(
    row: Row,
    refs: Mapping[int, ObjectRef],
    columns: Sequence[Column],
    constraints: Sequence[Row],
    keys: Sequence[Row],
) -> Table:
    enforced = [one for one in constraints if not one["definition"].endswith(" NOT ENFORCED")]
    return Table(
        refs[row["oid"]],
        tuple(columns),
        keys=tuple(_key(one) for one in keys if not one["exclusion"]),
        references=tuple(
            _reference(one, refs[one["target"]]) for one in enforced if one["foreign_key"] and one["target"] in refs
        ),
        checks=tuple(
            Check(one["name"], one["expression"], tuple(one["columns"]), one["definition"])
            for one in enforced
            if not one["foreign_key"]
        ),
        exclusions=tuple(_exclusion(one) for one in keys if one["exclusion"]),
        partition_key=row["partition_key"],
        partition_of=refs.get(row["partition_of"]),
        bound=row["bound"],
        partition_constraint=row["partition_constraint"],
        row_security=row["row_security"],
        forced=row["forced"],
        owner=row["owner"],
        insert_triggers=tuple(row["insert_triggers"]),
    )


def _key(row: Row) -> Key:
    return Key(
        row["name"],
        tuple(row["columns"]),
        tuple(row["expressions"]),
        primary=row["primary"],
        constraint=row["constraint"],
        predicate=row["predicate"],
        nulls_not_distinct=row["nulls_not_distinct"],
        deferrable=row["deferrable"],
        definition=row["definition"],
    )


def _exclusion(row: Row) -> Exclusion:
    return Exclusion(
        row["name"],
        tuple(row["columns"]),
        tuple(row["expressions"]),
        tuple(row["operators"]),
        predicate=row["predicate"],
        deferrable=row["deferrable"],
        definition=row["definition"],
    )


def _reference(row: Row, target: ObjectRef) -> Reference:
    return Reference(
        row["name"],
        tuple(row["columns"]),
        target,
        tuple(row["target_columns"]),
        match_full=row["match_full"],
        deferrable=row["deferrable"],
        validated=row["validated"],
        definition=row["definition"],
    )
