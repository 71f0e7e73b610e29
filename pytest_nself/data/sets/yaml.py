"""A YAML fixture set: read from YAML's node tree, which knows the line and column of every value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.written.cells import Cell, RowSpec, TableSpec
from pytest_nself.data.written.names import column_of, table_of
from pytest_nself.data.written.values import cell_of, place_of, scalar_text, twice

from .fixture_set import FixtureKind, FixtureSet

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_MAP = "tag:yaml.org,2002:map"
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_LABEL = re.compile(r"[^\W_][\w-]*")
_EXAMPLE = "users: {alice: {email: alice@example.com}}"

# Spelling that belongs to a richer form of fixture sets, and what to do without it.
_LATER_KEYS = {
    "extends": "load the sets one after the other: @pytest.mark.nself_fixtures(first, second)",
    "expect": "count in the test: len(nself_fixtures[table])",
}
_LATER_IN_ROW = {"_like": "write the values out, or share them by _defaults or by a YAML anchor (&name, <<: *name)"}


def read_yaml_set(name: str, text: str, file: str) -> FixtureSet:
    """The rows that `text` declares; FixtureError with file, line and column for everything unclear."""
    root = _compose(text, file)
    where = Place(file)
    if root is None:
        raise FixtureError("The fixture set is empty.", "", f"write tables: with rows, as in {_EXAMPLE}", place=where)
    tables: tuple[TableSpec, ...] | None = None
    for key, value in _entries(root, file, "a fixture set"):
        word, place = _word(key, file), place_of(key, file)
        if word == "set":
            _check_name(name, value, file)
        elif word == "tables":
            tables = _tables(value, file)
        elif word in _LATER_KEYS:
            raise _later(word, _LATER_KEYS[word], place)
        else:
            raise FixtureError(
                f'"{word}" is not a key of a fixture set.',
                nearest(word, ("set", "tables")),
                "put tables below tables:",
                place=place,
            )
    if tables is None:
        raise FixtureError(
            "The fixture set has no tables: key.", "", f"write tables: with rows, as in {_EXAMPLE}", place=where
        )
    return FixtureSet(name, FixtureKind.YAML, where, tables=tables)


def _compose(text: str, file: str) -> Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node: Node | None = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)
        said = ": ".join(part for part in (error.context, error.problem) if part)
        raise FixtureError("This is not YAML.", f"{said}.", "correct the file", place=place) from None
    except YAMLError as error:
        raise FixtureError("This is not YAML.", f"{error}", "correct the file", place=Place(file)) from None
    return node


def _tables(node: Node, file: str) -> tuple[TableSpec, ...]:
    tables: dict[tuple[str | None, str], TableSpec] = {}
    for key, value in _entries(node, file, "tables:"):
        word, place = _word(key, file), place_of(key, file)
        table = table_of(word)
        if table is None:
            raise FixtureError(
                f"{word} is not a table name.",
                """Known forms are users, app.users and '"User Table"'.""",
                "put double quotes around a part with blanks or dots, and single quotes around the whole for YAML",
                place=place,
            )
        identity = (table.schema, table.name)
        if identity in tables:
            raise twice(word, tables[identity].place, place)
        tables[identity] = TableSpec(table, _rows(value, file), place)
    return tuple(tables.values())


def _rows(node: Node, file: str) -> tuple[RowSpec, ...]:
    from ruamel.yaml.nodes import SequenceNode

    if node.tag == _NULL:
        return ()
    if isinstance(node, SequenceNode):
        return tuple(RowSpec(None, _cells(one, file), place_of(one, file)) for one in node.value)
    defaults: tuple[Cell, ...] = ()
    rows: list[RowSpec] = []
    for key, value in _entries(node, file, "the rows of a table"):
        label, place = _word(key, file), place_of(key, file)
        if label == "_defaults":
            defaults = _cells(value, file)
            continue
        if not _LABEL.fullmatch(label):
            raise _not_a_label(label, place)
        rows.append(RowSpec(label, _cells(value, file), place))
    return tuple(RowSpec(row.label, _with_defaults(row.cells, defaults), row.place) for row in rows)


def _cells(node: Node, file: str, within: tuple[Node, ...] = ()) -> tuple[Cell, ...]:
    """The cells of one row, its own before those it merges in with `<<`."""
    if node.tag == _NULL:
        return ()
    cells: dict[str, Cell] = {}
    merged: list[Cell] = []
    for key, value in _entries(node, file, "a row"):
        if key.tag == _MERGE:
            merged += _merged(value, (*within, node), file)
            continue
        word, place = _word(key, file), place_of(key, file)
        if word in _LATER_IN_ROW:
            raise _later(word, _LATER_IN_ROW[word], place)
        column = column_of(word)
        if column is None:
            raise FixtureError(
                f"{word} is not a column name.",
                "A name with blanks, dots or quotes needs double quotes.",
                """write it as '"my column"'""",
                place=place,
            )
        if column in cells:
            raise twice(word, cells[column].place, place)
        cells[column] = cell_of(column, value, file)
    return _with_defaults(tuple(cells.values()), tuple(merged))


def _merged(node: Node, within: tuple[Node, ...], file: str) -> list[Cell]:
    from ruamel.yaml.nodes import SequenceNode

    sources = node.value if isinstance(node, SequenceNode) else [node]
    if any(source is row for source in sources for row in within):
        raise FixtureError("A row merges itself in.", "", "name another row after <<:", place=place_of(node, file))
    return [cell for source in sources for cell in _cells(source, file, within)]


def _with_defaults(cells: tuple[Cell, ...], defaults: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """`cells`, and of `defaults` the first cell for each column that is still missing."""
    taken = {cell.column: cell for cell in cells}
    for cell in defaults:
        taken.setdefault(cell.column, cell)
    return tuple(taken.values())


def _entries(node: Node, file: str, what: str) -> list[tuple[Node, Node]]:
    """Key and value nodes of a mapping, each key once; FixtureError if `node` is something else."""
    from ruamel.yaml.nodes import MappingNode

    if not isinstance(node, MappingNode) or node.tag != _MAP:
        raise FixtureError(
            f"{what[0].upper()}{what[1:]} must be a mapping of names to values.",
            "Here stands something else.",
            f"write it as in {_EXAMPLE}",
            place=place_of(node, file),
        )
    seen: dict[str, Place] = {}
    for key, _ in node.value:
        word, place = _word(key, file), place_of(key, file)
        if word in seen:
            raise twice(word, seen[word], place)
        seen[word] = place
    return list(node.value)


def _word(key: Node, file: str) -> str:
    word = scalar_text(key)
    if word is None or not word:
        raise FixtureError(
            "A name is missing here.",
            "A key must be a word.",
            "write a name before the colon",
            place=place_of(key, file),
        )
    return word


def _check_name(name: str, node: Node, file: str) -> None:
    word = scalar_text(node)
    if word != name:
        raise FixtureError(
            f'The set calls itself "{word}", its file is called "{name}".',
            "A set is found by the name of its file.",
            "rename one of them, or leave out set:",
            place=place_of(node, file),
        )


def _later(word: str, remedy: str, place: Place) -> FixtureError:
    return FixtureError(
        f'"{word}" is not known to this version: it reads plain rows without references.', "", remedy, place=place
    )


def _not_a_label(label: str, place: Place) -> FixtureError:
    if label == "*":
        return _later(label, "write the rows out", place)
    return FixtureError(
        f'"{label}" cannot be a label.',
        "A label is letters, digits, - and _, and starts with a letter or digit: users.alice names one row.",
        "rename it, or write the rows as a list if they need no labels",
        place=place,
    )
