"""A `.py` seed: a function `seed` (or `rows`) that yields rows.

`seed()` yields mappings of columns to values, for the table that the file is called after, or pairs of a table and
such a mapping.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec, TableSpec
from pytest_nself.data.written.names import table_of

from .seed_file import SeedError, SeedFile

FUNCTIONS = ("seed", "rows")
_FACTORIES = ("factory", "faker", "polyfactory", "mimesis", "pytest_nself.data.factories", "pytest_nself.data.generate")


def uses_factories(text: str) -> bool:
    """Whether the file imports a library that makes rows up: then its rows are generated ones."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False  # told when it is read
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
            names += [f"{node.module}.{one.name}" for one in node.names]
    return any(name == known or name.startswith(f"{known}.") for name in names for known in _FACTORIES)


def python_rows(file: SeedFile, own: ObjectRef) -> tuple[TableSpec, ...]:
    """The rows that the file yields, table by table in the order of their first row. SeedError with the line."""
    found: dict[ObjectRef, list[RowSpec]] = {}
    function, place = _function(file)
    try:
        for one in function():
            table, row = _told(one, own, place)
            cells = tuple(_cell(str(column), value, place) for column, value in row.items())
            found.setdefault(table, []).append(RowSpec(None, cells, place))
    except SeedError:
        raise
    except Exception as error:
        raise _failed(file, error) from error
    return tuple(TableSpec(table, tuple(rows), place) for table, rows in found.items())


def _function(file: SeedFile) -> tuple[Any, Place]:
    space: dict[str, Any] = {"__name__": f"nself_seed_{file.number or 0}", "__file__": file.path}
    try:
        exec(compile(file.text, file.path, "exec"), space)
    except Exception as error:
        raise _failed(file, error) from error
    for name in FUNCTIONS:
        if callable(function := space.get(name)):
            line = getattr(getattr(function, "__code__", None), "co_firstlineno", 1)
            return function, Place(file.path, line)
    raise SeedError(
        "The file has no function that gives rows.",
        "",
        'write `def seed():` that yields {"email": …}, or ("users", {"email": …})',
        place=file.place,
    )


def _told(one: Any, own: ObjectRef, place: Place) -> tuple[ObjectRef, Mapping[Any, Any]]:
    if isinstance(one, Mapping):
        return own, one
    if isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], Mapping):
        table = table_of(one[0])
        if table is not None:
            return table, one[1]
    raise SeedError(
        f"What the function yields is no row: {one!r:.80}.",
        "A row is a mapping of columns to values, or a pair of a table's name and such a mapping.",
        'yield {"email": …}, or ("users", {"email": …})',
        place=place,
    )


def _cell(column: str, value: Any, place: Place) -> Cell:
    if value is None:
        return Cell(column, CellKind.NULL, "", place)
    if isinstance(value, dict | list | tuple):
        return Cell(column, CellKind.JSON, json.dumps(value, ensure_ascii=False, default=_text), place)
    return Cell(column, CellKind.TEXT, _text(value), place)


def _text(value: Any) -> str:
    """A value as PostgreSQL reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds}.{value.microseconds:06d} seconds"
    return str(getattr(value, "value", value))


def _failed(file: SeedFile, error: Exception) -> SeedError:
    lines = list(_lines(file, error))
    said = f"{type(error).__name__}: {error}"
    return SeedError(
        "The seed could not be read.", said, "mend the function", place=Place(file.path, lines[-1] if lines else 1)
    )


def _lines(file: SeedFile, error: Exception) -> Iterator[int]:
    if isinstance(error, SyntaxError) and error.lineno:
        yield error.lineno
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file.path:
            yield trace.tb_lineno
        trace = trace.tb_next
