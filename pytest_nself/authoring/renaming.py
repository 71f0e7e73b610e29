"""Renames that somebody confirmed: on the command line, or in the schema file with `[renamed_from: 'old']`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.compare import Change
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.renames import Rename, rename_statements
from pytest_nself.core.names import ObjectRef, parse_qualified
from pytest_nself.schema.model import PUBLIC, Schema, Setting

from .lines import Line
from .states import read_state

if TYPE_CHECKING:
    import psycopg

ANNOTATION = "renamed_from"


def annotated(schema: Schema, before: Catalog) -> tuple[Rename, ...]:
    """What the file says was renamed, as far as that is still to be done: an annotation may stay when it is."""
    return tuple(_annotated(schema, before))


def _annotated(schema: Schema, before: Catalog) -> Iterator[Rename]:
    for enum in schema.enums:
        ref = ObjectRef("enum", enum.schema or PUBLIC, enum.name)
        yield from _pending(ref, _old_name(enum.metadata), before)
    for table in schema.tables:
        ref = ObjectRef("table", table.schema or PUBLIC, table.name)
        found = list(_pending(ref, _old_name(table.metadata), before))
        yield from found
        owner = found[0].old if found else ref
        for column in table.columns:
            part = ObjectRef("column", owner.schema, owner.name, column.name)
            yield from _pending(part, _old_name(column.metadata), before)


def _pending(new: ObjectRef, name: str | None, before: Catalog) -> Iterator[Rename]:
    if name is not None and new not in before.entries:
        old = new._replace(part=name) if new.part is not None else new._replace(name=name)
        if old in before.entries:
            yield Rename(old, new)


def _old_name(metadata: Iterable[Setting]) -> str | None:
    """The name that the annotation gives; a schema before it is that of the object itself."""
    for setting in metadata:
        if setting.key.lower() == ANNOTATION and setting.value is not None:
            parts = parse_qualified(setting.value.text)
            return parts[-1] if parts else None
    return None


def renamed(connection: psycopg.Connection[Any], before: Catalog, renames: Sequence[Rename]) -> Catalog:
    """The state in which these are renamed, and everything names them so; nothing of it stays."""
    if not renames:
        return before
    connection.execute("begin")
    try:
        connection.execute(";\n".join(rename_statements(renames)).encode())
        return read_state(connection)
    finally:
        connection.execute("rollback")


def rename_lines(renames: Iterable[Rename]) -> tuple[Line, ...]:
    """The renames as differences."""
    return tuple(
        Line("~", one.old, (Change(one.old, "name", one.old.part or one.old.name, one.new.part or one.new.name),))
        for one in renames
    )
