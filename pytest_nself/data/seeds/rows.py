"""The rows that a JSON or YAML seed declares: an array of rows, an object of tables, or the tree of fixture sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import Cell, CellKind, RowSpec, TableSpec
from pytest_nself.data.written.names import column_of, table_of

from .folder_names import PRODUCTION_USERS
from .headers import read_json_headers
from .seed_file import Marks, SeedError, SeedFile, SeedKind
from .tree import Key, Node, NodeKind, json_text, read_json, read_yaml

if TYPE_CHECKING:
    from .collecting import Collecting

_PREFIX = re.compile(r"\d+[_.\- ]+")
_HEADERS = "_seed"
_SHAPES = (
    'An array of rows, as in [{"email": "ada@example.com"}], or an object of tables, as in {"users": [{"email": …}]}.'
)


def read_rows(file: SeedFile, ground: Collecting | None = None) -> tuple[TableSpec, ...]:
    """The rows of each table, in the order of the file. SeedError with file, line and column for what is unclear.

    `ground` is where factories of a Python seed stand; without one they make nothing.
    """
    if file.declares_rows:
        return _declared(file)
    from .python import python_rows

    return python_rows(file, _own_table(file), ground)


@lru_cache(maxsize=64)
def _declared(file: SeedFile) -> tuple[TableSpec, ...]:
    """Read once: the order, the plan and a comparison all ask."""
    if file.kind is SeedKind.PYTHON:
        from .python import python_rows

        return python_rows(file, _own_table(file), None)
    node = read_json(file.text, file.path) if file.kind is SeedKind.JSON else read_yaml(file.text, file.path)
    if node.kind is NodeKind.LIST:
        return (TableSpec(table_of_file(file), tuple(map(_row, node.items)), node.place),)
    if node.kind is not NodeKind.MAP:
        raise SeedError("The file declares no rows.", _SHAPES, "write rows in one of these forms", place=node.place)
    tree = node.get("tables")
    if tree is not None and tree.kind is NodeKind.MAP:
        _check_set(node)
        node = tree
    return tuple(_table(key, value) for key, value in node.pairs if key.text != _HEADERS)


def table_of_file(file: SeedFile) -> ObjectRef:
    """The table that a file is called after: `01_users.json`, `02_app.users.yml`."""
    stem = "users" if file.name == PRODUCTION_USERS else PurePosixPath(file.name).stem
    written = _PREFIX.sub("", stem, count=1) if _PREFIX.match(stem) else stem
    found = table_of(written)
    if found is None:
        raise SeedError(
            f"{PurePosixPath(file.name).name} names no table.",
            "A file of rows is called after its table: users.json, 01_users.json, app.users.json.",
            "rename it, or write the table into it: an object of tables and rows",
            place=file.place,
        )
    return found


def _own_table(file: SeedFile) -> ObjectRef:
    """A Python seed may give rows of other tables alone, and be called as it likes."""
    try:
        return table_of_file(file)
    except SeedError:
        return ObjectRef("table", None, PurePosixPath(file.name).stem)


def json_marks(text: str, path: str) -> Marks:
    """What the key `_seed` of a JSON object says: {"env": ["dev"], "depends_on": ["common/01_roles.sql"]}."""
    said = read_json(text, path).get(_HEADERS)
    return Marks() if said is None else read_json_headers(dict(_said(said)))


def _said(node: Node) -> Iterator[tuple[str, tuple[tuple[str, ...], Place]]]:
    if node.kind is not NodeKind.MAP:
        raise SeedError("_seed holds no headers.", "", 'write {"env": ["dev"], "generated": true}', place=node.place)
    for key, value in node.pairs:
        if value.kind is NodeKind.BOOL:
            if value.text == "true":
                yield key.text, (("",), key.place)
        else:
            yield key.text, (tuple(one.text for one in value.items) or (value.text,), key.place)


def _check_set(node: Node) -> None:
    for key, _ in node.pairs:
        if key.text not in ("set", "tables", "expect", _HEADERS):
            raise SeedError(
                f'"{key.text}" is known in fixture sets, not in seeds.',
                "Of the tree of fixture sets a seed has tables:, with rows that refer to no others.",
                "take it out, or write plain rows",
                place=key.place,
            )


def _table(key: Key, node: Node) -> TableSpec:
    table = table_of(key.text)
    if table is None:
        raise SeedError(
            f"{key.text} is no name of a table.", "", "write users, app.users or '\"User Table\"'", place=key.place
        )
    if node.kind is NodeKind.NULL:
        return TableSpec(table, (), key.place)
    if node.kind is NodeKind.LIST:
        return TableSpec(table, tuple(map(_row, node.items)), key.place)
    if node.kind is not NodeKind.MAP or any(value.kind is not NodeKind.MAP for _, value in node.pairs):
        raise SeedError(
            f"Here the rows of {key.text} are missing.", _SHAPES, "write an array of rows", place=node.place
        )
    defaults = node.get("_defaults")
    shared = _cells(defaults) if defaults is not None else {}
    rows = tuple(
        RowSpec(label.text, tuple({**shared, **_cells(row)}.values()), label.place)
        for label, row in node.pairs
        if label.text != "_defaults"
    )
    return TableSpec(table, rows, key.place)


def _row(node: Node) -> RowSpec:
    if node.kind is not NodeKind.MAP:
        raise SeedError("This is no row.", "A row is an object of columns and values.", _SHAPES, place=node.place)
    return RowSpec(None, tuple(_cells(node).values()), node.place)


def _cells(node: Node) -> Mapping[str, Cell]:
    cells: dict[str, Cell] = {}
    for key, value in node.pairs:
        column = column_of(key.text) or key.text
        if column.startswith("_like") or column == "*":
            raise SeedError(
                f'"{column}" is known in fixture sets, not in seeds.', "", "write the values out", place=key.place
            )
        cells[column] = _cell(column, value)
    return cells


def _cell(column: str, node: Node) -> Cell:
    if node.kind is NodeKind.NULL:
        return Cell(column, CellKind.NULL, "", node.place)
    if node.kind in (NodeKind.LIST, NodeKind.MAP):
        return Cell(column, CellKind.JSON, json_text(node), node.place)
    if node.kind is NodeKind.SQL:
        return Cell(column, CellKind.SQL, node.text, node.place)
    return Cell(column, CellKind.TEXT, node.text, node.place)
