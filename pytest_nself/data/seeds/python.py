"""A `.py` seed: a function `seed` (or `rows`) that yields rows.

`seed()` yields mappings of columns to values, for the table that the file is called after, or pairs of a table and
such a mapping. Rows that factories create in it count too; with a parameter, `seed(make)`, it gets what makes valid
rows up: `make("posts", 10, title="x")`.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from inspect import signature
from typing import Any

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.factories.ground import standing_on
from pytest_nself.data.nearest import nearest
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec, TableSpec
from pytest_nself.data.written.names import table_of

from .collecting import Collecting
from .seed_file import SeedError, SeedFile

FUNCTIONS = ("seed", "rows")
_FACTORIES = ("factory", "faker", "polyfactory", "mimesis", "pytest_nself.NselfFactory")


def uses_factories(text: str) -> bool:
    """Whether the file makes rows up, by `make` or by a library that it imports: then they are generated ones."""
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
    makes = any(
        isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS and node.args.args for node in ast.walk(tree)
    )
    return makes or any(name == known or name.startswith(f"{known}.") for name in names for known in _FACTORIES)


def python_rows(file: SeedFile, own: ObjectRef, ground: Collecting | None) -> tuple[TableSpec, ...]:
    """The rows that the file gives, table by table in the order of their first row. SeedError with the line.

    Without a `ground`, which needs a database, no row can be made up.
    """
    with standing_on(ground) if ground is not None else nullcontext():
        function, place = _function(file)
        found = _yielded(file, function, place, own, ground)
    for table, texts in ground.collected() if ground is not None else ():
        cells = tuple(_cell(column, text, place) for column, text in texts.items())
        found.setdefault(table, []).append(RowSpec(None, cells, place))
    return tuple(TableSpec(table, tuple(rows), place) for table, rows in found.items())


def _yielded(
    file: SeedFile, function: Any, place: Place, own: ObjectRef, ground: Collecting | None
) -> dict[ObjectRef, list[RowSpec]]:
    found: dict[ObjectRef, list[RowSpec]] = {}
    try:
        for one in function(*_arguments(function, place, ground)) or ():
            table, row = _told(one, own, place)
            cells = tuple(_cell(str(column), value, place) for column, value in row.items())
            found.setdefault(table, []).append(RowSpec(None, cells, place))
    except SeedError:
        raise
    except Exception as error:
        raise _failed(file, error) from error
    return found


def _arguments(function: Any, place: Place, ground: Collecting | None) -> tuple[Any, ...]:
    if not signature(function).parameters:
        return ()
    if ground is None:
        raise SeedError(
            "The rows of this seed are made up by looking at a database.",
            "There is none here.",
            "name the database: --env, --dsn or DATABASE_URL",
            place=place,
        )

    def make(table: str, count: int = 1, **given: Any) -> list[Mapping[str, str | None]]:
        """Valid rows of a table, which are loaded with the seed, and those that they need."""
        ref = table_of(table)
        found = ground.shape().named(ref.schema, ref.name) if ref is not None else ()
        if len(found) != 1:
            known = nearest(table, [one.ref.name for one in ground.shape()])
            raise SeedError(f"make: there is no table {table}.", known, "correct the name", place=place)
        texts = {name: None if value is None else _text(value) for name, value in given.items()}
        return ground.create_many(found[0], [texts] * count)()

    return (make,)


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
