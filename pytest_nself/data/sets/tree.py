"""A YAML or JSON fixture set: read from the node tree, which knows the line and column of every value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.written.cells import Cell, GeneratedSpec, Like, RowSpec, TableSpec
from pytest_nself.data.written.names import column_of
from pytest_nself.data.written.values import cell_of, place_of, scalar_text, twice

from .fixture_set import FixtureKind, FixtureSet
from .heading import EXAMPLE, HEADINGS, entries, read_heading, table_named, word_of

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_LABEL = re.compile(r"[^\W_][\w-]*")
_GENERATED_KEYS = ("factory", "count", "label", "_like")
_MOST = 10_000_000


def read_yaml_set(name: str, text: str, file: str) -> FixtureSet:
    """The rows that `text` declares; FixtureError with file, line and column for everything unclear."""
    from pytest_nself.data.written.yaml_nodes import yaml_node

    return _set(name, FixtureKind.YAML, yaml_node(text, file), file)


def read_json_set(name: str, text: str, file: str) -> FixtureSet:
    """The same tree as JSON; FixtureError with file, line and column."""
    from pytest_nself.data.written.json_nodes import json_node

    return _set(name, FixtureKind.JSON, json_node(text, file), file)


def _set(name: str, kind: FixtureKind, root: Node | None, file: str) -> FixtureSet:
    where = Place(file)
    if root is None:
        raise FixtureError("The fixture set is empty.", "", f"write tables: with rows, as in {EXAMPLE}", place=where)
    tables: tuple[TableSpec, ...] | None = None
    heading: dict[str, Node] = {}
    for key, value in entries(root, file, "a fixture set"):
        word = word_of(key, file)
        if word == "tables":
            tables = _tables(value, file)
        elif word in HEADINGS:
            heading[word] = value
        else:
            raise FixtureError(
                f'"{word}" is not a key of a fixture set.',
                nearest(word, (*HEADINGS, "tables")),
                "put tables below tables:",
                place=place_of(key, file),
            )
    if tables is None and "extends" not in heading:
        raise FixtureError(
            "The fixture set has no tables: key.", "", f"write tables: with rows, as in {EXAMPLE}", place=where
        )
    return read_heading(FixtureSet(name, kind, where, tables=tables or ()), heading, file)


def _tables(node: Node, file: str) -> tuple[TableSpec, ...]:
    tables: dict[tuple[str | None, str], TableSpec] = {}
    if node.tag == _NULL:
        return ()
    for key, value in entries(node, file, "tables:"):
        table, place = table_named(key, file), place_of(key, file)
        identity = (table.schema, table.name)
        if identity in tables:
            raise twice(word_of(key, file), tables[identity].place, place)
        rows, generated = _rows(value, file)
        tables[identity] = TableSpec(table, rows, place, generated)
    return tuple(tables.values())


def _rows(node: Node, file: str) -> tuple[tuple[RowSpec, ...], tuple[GeneratedSpec, ...]]:
    from ruamel.yaml.nodes import SequenceNode

    if node.tag == _NULL:
        return (), ()
    if isinstance(node, SequenceNode):
        return tuple(_row(None, one, file, place_of(one, file), ()) for one in node.value), ()
    found = [
        (word_of(key, file), value, place_of(key, file)) for key, value in entries(node, file, "the rows of a table")
    ]
    defaults = next((_plain_cells(value, file) for label, value, _ in found if label == "_defaults"), ())
    rows, generated = [], []
    for label, value, place in found:
        if label.startswith("*"):
            generated.append(_generated(value, file, place, defaults))
        elif label != "_defaults":
            if not _LABEL.fullmatch(label):
                raise not_a_label(label, place)
            rows.append(_row(label, value, file, place, defaults))
    return tuple(rows), tuple(generated)


def _row(label: str | None, node: Node, file: str, place: Place, defaults: tuple[Cell, ...]) -> RowSpec:
    like: list[Like] = []

    def special(word: str, value: Node, at: Place) -> bool:
        if word == "_like":
            like.append(_like(value, file, at))
        return word == "_like"

    cells, merged = _cells(node, file, special)
    return RowSpec(label, cells, place, merged, like[0] if like else None, defaults)


def _like(node: Node, file: str, place: Place) -> Like:
    label = scalar_text(node)
    if not label or not _LABEL.fullmatch(label):
        raise FixtureError(
            "_like names the label of a row of the same table.", "", "write for example: _like: alice", place=place
        )
    return Like(label, place_of(node, file))


def _generated(node: Node, file: str, place: Place, defaults: tuple[Cell, ...]) -> GeneratedSpec:
    said: dict[str, Node] = {}

    def special(word: str, value: Node, _: Place) -> bool:
        if word in _GENERATED_KEYS:
            said[word] = value
        return word in _GENERATED_KEYS

    cells, merged = _cells(node, file, special)
    count = scalar_text(said["count"]) if "count" in said else "1"
    if count is None or not count.isascii() or not count.isdigit() or int(count) > _MOST:
        raise FixtureError(
            "count is how many rows are made.",
            "It is a whole number.",
            "write for example: count: 20",
            place=place_of(said["count"], file),
        )
    label = scalar_text(said["label"]) if "label" in said else None
    if "label" in said and (label is None or not _LABEL.fullmatch(label.replace("{n}", "1")) or "{n}" not in label):
        raise FixtureError(
            "The label of generated rows must hold {n}, the number of the row.",
            "Each row needs a label of its own.",
            'write for example: label: "u{n}"',
            place=place_of(said["label"], file),
        )
    factory = scalar_text(said["factory"]) if "factory" in said else None
    like = _like(said["_like"], file, place_of(said["_like"], file)) if "_like" in said else None
    own = RowSpec(None, cells, place, merged, None, () if like else defaults).all_cells
    return GeneratedSpec(factory, int(count), label, own, place, like, defaults if like else ())


def _plain_cells(node: Node, file: str) -> tuple[Cell, ...]:
    cells, merged = _cells(node, file, _nothing_special)
    return RowSpec(None, cells, place_of(node, file), merged).all_cells


def _nothing_special(word: str, _: Node, place: Place) -> bool:
    if word == "_like":
        raise FixtureError("_like stands in a row.", "", "take it out of _defaults", place=place)
    return False


def _cells(
    node: Node, file: str, special: Callable[[str, Node, Place], bool], within: tuple[Node, ...] = ()
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """The cells of one row: its own, and those it merges in with `<<`. `special` takes words that are no columns."""
    if node.tag == _NULL:
        return (), ()
    cells: dict[str, Cell] = {}
    merged: list[Cell] = []
    for key, value in entries(node, file, "a row"):
        if key.tag == _MERGE:
            merged += _merged(value, (*within, node), file, special)
            continue
        word, place = word_of(key, file), place_of(key, file)
        if special(word, value, place):
            continue
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
    return tuple(cells.values()), tuple(merged)


def _merged(node: Node, within: tuple[Node, ...], file: str, special: Callable[[str, Node, Place], bool]) -> list[Cell]:
    from ruamel.yaml.nodes import SequenceNode

    sources = node.value if isinstance(node, SequenceNode) else [node]
    if any(source is row for source in sources for row in within):
        raise FixtureError("A row merges itself in.", "", "name another row after <<:", place=place_of(node, file))
    found: list[Cell] = []
    for source in sources:
        cells, merged = _cells(source, file, special, within)
        found += [*cells, *merged]
    return found


def not_a_label(label: str, place: Place) -> FixtureError:
    """The error for a name that cannot name a row."""
    rule = "A label is letters, digits, - and _, and starts with a letter or digit: users.alice names one row."
    return FixtureError(
        f'"{label}" cannot be a label.',
        'Did you mean "_defaults"?' if label.lower().startswith("_def") else rule,
        "rename it, or write the rows as a list if they need no labels",
        place=place,
    )


def is_label(text: str) -> bool:
    """Whether `text` can name a row."""
    return _LABEL.fullmatch(text) is not None
