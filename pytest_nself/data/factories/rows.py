"""What a factory declares -> columns and their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.data.nearest import nearest
from pytest_nself.data.sets.meaning import references_called, words_of
from pytest_nself.data.sets.named_tables import short_name, table_names
from pytest_nself.data.sets.rows import Row
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.written.names import name_parts

from .ground import Ground
from .values import written


def table_called(shape: Shape, name: str, factory: str) -> Table:
    """The table that a factory's `Meta.table` names; FixtureError with did-you-mean."""
    parts = name_parts(name) or [name]
    found = shape.named(parts[0] if len(parts) == 2 else None, parts[-1])
    if len(found) == 1:
        return found[0]
    if found:
        cause = f"There are {', '.join(str(table.ref) for table in found)}."
        raise FixtureError(f"{factory}: several tables are called {name}.", cause, "write the schema, too")
    raise FixtureError(
        f'{factory}: there is no table "{name}".', nearest(name, table_names(shape)), "correct Meta.table"
    )


def declared_texts(ground: Ground, table: Table, declared: Mapping[str, Any], factory: str) -> dict[str, str | None]:
    """The declared values by column. A row is a value for the columns of the foreign key that its name means."""
    shape = ground.shape()
    found: dict[str, str | None] = {}
    for name, value in declared.items():
        key = value if _is_row(value) else None
        column = table.column(name)
        if key is not None or column is None:
            found |= _referring(ground, shape, table, name, value, factory)
        else:
            found[name] = written(value, column, ground.context())
    return found


def _is_row(value: Any) -> bool:
    return isinstance(value, Row)


def _referring(
    ground: Ground, shape: Shape, table: Table, name: str, value: Any, factory: str
) -> dict[str, str | None]:
    target = _target(shape, value)
    called = references_called(shape, table, name, target)
    if not called:
        raise FixtureError(
            f'{factory}: {short_name(shape, table.ref)} has no column "{name}".',
            nearest(name, words_of(table)),
            "correct the name, or list it in Meta.exclude",
        )
    reference = called[0]
    values = _key_of(value, reference, factory, name)
    found: dict[str, str | None] = {}
    for column_name, one in zip(reference.columns, values, strict=True):
        column = table.column(column_name)
        assert column is not None
        found[column_name] = written(one, column, ground.context())
    return found


def _target(shape: Shape, value: Any) -> ObjectRef | None:
    if not _is_row(value):
        return None
    parts = name_parts(value._table) or [value._table]
    found = shape.named(parts[0] if len(parts) == 2 else None, parts[-1])
    return found[0].ref if len(found) == 1 else None


def _key_of(value: Any, reference: Reference, factory: str, name: str) -> Sequence[Any]:
    """The values of the key that a row, a mapping or an object has; a lone value is that of a single column."""
    if value is None:
        return [None] * len(reference.columns)
    try:
        if isinstance(value, Row | Mapping):
            return [value[column] for column in reference.target_columns]
        if all(hasattr(value, column) for column in reference.target_columns):
            return [getattr(value, column) for column in reference.target_columns]
    except KeyError:
        pass
    else:
        if len(reference.columns) == 1:
            return [value]
    columns = ", ".join(reference.target_columns)
    raise FixtureError(
        f"{factory}.{name} is no row of {reference.target}.",
        f"A value with {columns} is needed; it is {value!r}.",
        "declare a SubFactory of that table, or give the columns themselves",
    )
