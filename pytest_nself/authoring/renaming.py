"""Renames that somebody confirmed: on the command line, or in the schema file with `[renamed_from: 'old']`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.compare import Change
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.renames import Rename, parse_renames, rename_statements
from pytest_nself.checks.roundtrips.states import with_dependencies
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, parse_qualified
from pytest_nself.schema.model import PUBLIC, Schema, Setting

from .lines import Line

if TYPE_CHECKING:
    import psycopg

ANNOTATION = "renamed_from"


def confirmed(schema: Schema, flags: Sequence[str], before: Catalog, wanted: Catalog) -> tuple[Rename, ...]:
    """What the file and the flags say was renamed, each once. `wanted` is the state without a rename.

    Columns are those of the table under its old name. Raises Refused for a flag that is no rename, and where a name is
    given on in the same step: the rows of two columns would have to pass each other.
    """
    found = list(annotated(schema, before))
    _refuse_circles(schema, before)
    later: list[str] = []
    for flag in flags:
        try:
            found += parse_renames((flag,), before, wanted)
        except Refused:
            later.append(flag)  # it may be of a column whose table is renamed, too
    found += parse_renames(later, before, _under_old_names(wanted, found))
    found = list(dict.fromkeys(found))
    known = _under_old_names(wanted, found)
    for one in found:
        if one.old in known.entries or one.new in before.entries or _twice(one, found):
            raise Refused(
                f"{one.old.kind.capitalize()} {one.old} cannot become {_last(one.new)} in the same step as another.",
                "One of the two names is given to something else at once.",
                "rename one of them to a name that nothing has, write that migration, and rename it again in the next",
            )
    return tuple(found)


def _last(ref: ObjectRef) -> str:
    return ref.part or ref.name


def _twice(rename: Rename, renames: Iterable[Rename]) -> bool:
    return any(one != rename and (one.old == rename.old or one.new == rename.new) for one in renames)


def _under_old_names(wanted: Catalog, renames: Iterable[Rename]) -> Catalog:
    """The columns of renamed tables as they are while their tables are called as before."""
    old = {one.new[1:3]: one.old.name for one in renames if one.old.kind == "table"}
    entries = {
        ref._replace(name=old[ref[1:3]]): entry
        for ref, entry in wanted.entries.items()
        if ref.kind == "column" and ref[1:3] in old
    }
    return replace(wanted, entries={**wanted.entries, **entries})


def _refuse_circles(schema: Schema, before: Catalog) -> None:
    """Two columns that each have the other's name: nobody can see whether that is still to be done."""
    for table in schema.tables:
        names = {column.name: _old_name(column.metadata) for column in table.columns}
        for name, old in names.items():
            ref = ObjectRef("column", table.schema or PUBLIC, table.name, name)
            if old is not None and old != name and names.get(old) == name and ref in before.entries:
                raise Refused(
                    f"Columns {name} and {old} of table {table} cannot be renamed to each other in one step.",
                    "Both names are there, and nothing tells whether it is done.",
                    "rename one of them to a name that nothing has, write that migration, and rename it again in the "
                    f"next; where it is done, take {ANNOTATION} out",
                )


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
        return with_dependencies(connection)
    finally:
        connection.execute("rollback")


def rename_lines(renames: Iterable[Rename]) -> tuple[Line, ...]:
    """The renames as differences."""
    return tuple(
        Line("~", one.old, (Change(one.old, "name", one.old.part or one.old.name, one.new.part or one.new.name),))
        for one in renames
    )
