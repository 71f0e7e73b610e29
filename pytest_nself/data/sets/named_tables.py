"""Tables as files name them -> tables of the shape."""

from __future__ import annotations

import re

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import QUALIFIED_PATTERN, ObjectRef, parse_qualified
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.written.names import written_name

_WORD = re.compile(r"\w+")
_WRITES = re.compile(
    rf"(?i)\b(?:insert\s+into|copy|merge\s+into(?:\s+only)?|update(?:\s+only)?)\s+({QUALIFIED_PATTERN})"
)


def table_of_shape(shape: Shape, ref: ObjectRef, place: Place) -> Table:
    """The table that a file calls `ref`; FixtureError with did-you-mean for none, and for several of one name."""
    found = shape.named(ref.schema, ref.name)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(str(table.ref) for table in found)
        raise FixtureError(
            f"Several tables are called {ref.name}: {names}.",
            f"None of them is in a schema of the search path ({', '.join(shape.path)}).",
            f"write the schema: {found[0].ref}",
            place=place,
        )
    raise FixtureError(
        f'There is no table "{ref}".',
        nearest(str(ref), table_names(shape)),
        "correct the name; rows go to tables, not to views",
        place=place,
    )


def table_names(shape: Shape) -> list[str]:
    """How one may call the tables, the roots only."""
    return [short_name(shape, table.ref) for table in shape.roots]


def short_name(shape: Shape, ref: ObjectRef) -> str:
    """The table's name, with its schema where the bare name means another table or none."""
    found = shape.named(None, ref.name)
    parts = (ref.name,) if len(found) == 1 and found[0].ref == ref else (ref.schema or "", ref.name)
    return ".".join(written_name(part) for part in parts)


def tables_named(shape: Shape, sql: str) -> list[ObjectRef]:
    """The tables whose names stand anywhere in SQL: those that it may read or write."""
    words = set(_WORD.findall(sql.lower()))
    lowered = sql.lower()
    return [
        table.ref
        for table in shape.roots
        if (name := table.ref.name.lower()) in words or (not _WORD.fullmatch(name) and name in lowered)
    ]


def tables_written(shape: Shape, sql: str) -> list[ObjectRef]:
    """The tables that SQL plainly writes rows to."""
    found: dict[ObjectRef, None] = {}
    for match in _WRITES.finditer(sql):
        parts = parse_qualified(match[1])
        tables = shape.named(parts[0] if len(parts) == 2 else None, parts[-1]) if len(parts) <= 2 else ()
        found.update({table.ref: None for table in tables[:1]})
    return list(found)
