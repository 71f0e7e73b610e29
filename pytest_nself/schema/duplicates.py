"""Two things with one name, and one thing said twice: both places are told."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .model import PUBLIC, Key, Ref, Schema, key_of
from .problems import DUPLICATE

_Named = tuple[Hashable, str, Place]
"""What must be there once, how a message says it, and where it stands."""


def find_duplicates(schema: Schema) -> Iterator[Finding]:
    """One finding for each thing that is already there."""
    file = ObjectRef("file", None, schema.path)
    yield from _twice(file, _relations(schema))
    yield from _twice(file, _aliases(schema))
    yield from _twice(file, (((one.schema, one.name), f'table group "{one.name}"', one.place) for one in schema.groups))
    yield from _twice(file, ((one.name, f'table partial "{one.name}"', one.place) for one in schema.partials))
    yield from _twice(file, ((one.name, f'note "{one.name}"', one.place) for one in schema.notes))
    yield from _twice(file, _members(schema))
    yield from _twice(file, ((one.key, f'records of table "{one.table}"', one.place) for one in schema.records))
    yield from _twice(file, _indexes(schema, pk=False))
    # Other databases name every primary key alike: what is written for them is no mistake here.
    yield from _twice(file, _indexes(schema, pk=True), Severity.WARNING)
    yield from _twice(file, (_ends(ref) for ref in schema.refs))
    yield from _twice(file, _constraints(schema))
    for enum in schema.enums:
        subject = ObjectRef("enum", enum.schema, enum.name)
        values = ((one.name, f'value "{one.name}" of enum "{enum}"', one.place) for one in enum.values)
        yield from _twice(subject, values)
    for table in schema.tables:
        subject = ObjectRef("table", table.schema, table.name)
        yield from _twice(
            subject, ((one.name, f'column "{one.name}" of table "{table}"', one.place) for one in table.columns)
        )
        yield from _twice(
            subject, ((one.name, f'table partial "{one.name}" in table "{table}"', one.place) for one in table.partials)
        )


def _twice(subject: ObjectRef, named: Iterable[_Named], severity: Severity = Severity.ERROR) -> Iterator[Finding]:
    seen: dict[Hashable, Place] = {}
    for key, what, place in named:
        first = seen.setdefault(key, place)
        if first is not place:
            message = f"{what} is there twice: the first is at {first}"
            yield Finding(DUPLICATE, severity, subject, message, "keep one of them", place=place)


def _relations(schema: Schema) -> Iterator[_Named]:
    """Tables and enums share their names: a table is a type, too."""
    found = [(table.key, f'"{table}" (a table)', table.place) for table in schema.tables]
    found += [(enum.key, f'"{enum}" (an enum)', enum.place) for enum in schema.enums]
    yield from sorted(found, key=lambda one: one[2])


def _aliases(schema: Schema) -> Iterator[_Named]:
    """An alias may be neither another alias nor the name of another table of `public`."""
    for key, table in schema.tables_by_key().items():
        if key[0] == PUBLIC:
            yield (table.name, f'the name "{table.name}"', table.place)
    for table in schema.tables:
        if table.alias is not None and table.key != key_of(None, table.alias):
            yield (table.alias, f'the alias "{table.alias}"', table.place)


def _members(schema: Schema) -> Iterator[_Named]:
    for group in schema.groups:
        for member in group.members:
            yield (member.key, f'table "{member.name}" in a table group', member.place)


def _indexes(schema: Schema, *, pk: bool) -> Iterator[_Named]:
    """Names of indexes are those of a schema, not of a table; one that a partial gives to many tables is no mistake."""
    for table in schema.tables:
        for index in table.indexes:
            if index.name is not None and index.partial is None and index.pk is pk:
                yield ((table.key[0], index.name), f'index "{index.name}"', index.place)


def _constraints(schema: Schema) -> Iterator[_Named]:
    """Names of checks and of references are those of a table."""
    for table in schema.tables:
        for check in (*table.checks, *(check for column in table.columns for check in column.checks)):
            if check.name is not None:
                yield _constraint(table.key, check.name, check.place)
    for ref in schema.refs:
        ends = ref.foreign_key
        if ref.name is not None and ends is not None:
            yield _constraint(ends[0].key, ref.name, ref.place)


def _constraint(table: Key, name: str, place: Place) -> _Named:
    return ((table, name), f'constraint "{name}" of table "{table[1]}"', place)


def _ends(ref: Ref) -> _Named:
    """A reference is the same whichever end is written first."""
    ends = frozenset(((ref.left.key, ref.left.columns), (ref.right.key, ref.right.columns)))
    return (ends, f"a reference between {ref.left} and {ref.right}", ref.place)
