"""The file of `--plan`: how many rows each table gets, how they are spread, and values of somebody's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef, parse_qualified
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.shape.order import root_of

from .parents import DISTRIBUTIONS
from .wishes import ROWS, TableWish, Wishes

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

_NULL = "tag:yaml.org,2002:null"
_KEYS = ("rows", "seed", "tables")
_TABLE_KEYS = ("rows", "references", "columns")


def read_plan_file(path: Path, shape: Shape) -> Wishes:
    """What the file asks for. Raises FixtureError, with its line, for what is not there or cannot be.

    Without `tables` all tables are filled; with it, those that it names.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        node = YAML(pure=True).compose(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise FixtureError(f"The plan {path} cannot be read.", str(error).strip()) from error
    return _Reader(str(path), shape).wishes(node)


class _Reader:
    def __init__(self, path: str, shape: Shape) -> None:
        self._path = path
        self._shape = shape

    def wishes(self, node: Node | None) -> Wishes:
        parts = dict(self._pairs(node, _KEYS)) if node is not None else {}
        each: dict[ObjectRef, TableWish] = {}
        tables = parts.get("tables")
        if tables is not None:
            for name, value, place in self._named(tables):
                table = self._table(name, place)
                each[root_of(self._shape, table.ref)] = self._wish(table, value)
        return Wishes(
            self._whole(parts["rows"]) if "rows" in parts else ROWS,
            self._whole(parts["seed"]) if "seed" in parts else 0,
            tuple(each) if tables is not None else None,
            each,
        )

    def _wish(self, table: Table, node: Node) -> TableWish:
        from ruamel.yaml.nodes import ScalarNode

        if isinstance(node, ScalarNode):
            return TableWish(None if node.tag == _NULL else self._whole(node))
        parts = dict(self._pairs(node, _TABLE_KEYS))
        references = {}
        if "references" in parts:
            for name, value, place in self._named(parts["references"]):
                known = {one for reference in table.references for one in (reference.name, *reference.columns)}
                self._one_of(name, known, f"{table.ref} has no foreign key {name}", place)
                said = self._text(value) or ""
                self._one_of(said, DISTRIBUTIONS, f"{said} is no way to spread rows", self._place(value))
                references[name] = said
        values = {}
        if "columns" in parts:
            for name, value, place in self._named(parts["columns"]):
                known = {column.name for column in table.columns if not column.generated}
                self._one_of(name, known, f"{table.ref} has no column {name} that can be written", place)
                values[name] = tuple(self._values(value))
        return TableWish(self._whole(parts["rows"]) if "rows" in parts else None, references, values)

    def _table(self, name: str, place: Place) -> Table:
        *schema, bare = parse_qualified(name)
        found = self._shape.named(schema[0] if schema else None, bare)
        if len(found) == 1:
            return found[0]
        known = [f"{one.ref.schema}.{one.ref.name}" for one in self._shape.roots]
        known += [one.ref.name for one in self._shape.roots]
        raise FixtureError(
            f"There is no table {name}." if not found else f"More than one table is called {name}.",
            "" if found else nearest(name, known),
            "name one of the database's tables, with its schema where that is needed",
            place=place,
        )

    def _values(self, node: Node) -> Iterator[str | None]:
        from ruamel.yaml.nodes import SequenceNode

        if isinstance(node, SequenceNode):
            if not node.value:
                raise FixtureError("There is no value to choose from.", "", "give one or more", place=self._place(node))
            for one in node.value:
                yield self._text(one)
        else:
            yield self._text(node)

    def _text(self, node: Node) -> str | None:
        from ruamel.yaml.nodes import ScalarNode

        if not isinstance(node, ScalarNode):
            raise FixtureError("This is no single value.", "", "write it as text", place=self._place(node))
        return None if node.tag == _NULL else str(node.value)

    def _whole(self, node: Node) -> int:
        text = self._text(node) or ""
        if not text.isdecimal():
            raise FixtureError(f"{text!r} is no number of rows.", "", "write a whole number", place=self._place(node))
        return int(text)

    def _pairs(self, node: Node, known: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
        for name, value, place in self._named(node):
            self._one_of(name, known, f"A plan has no {name}", place)
            yield name, value

    def _named(self, node: Node) -> Iterator[tuple[str, Node, Place]]:
        from ruamel.yaml.nodes import MappingNode as Mapping

        if not isinstance(node, Mapping):
            raise FixtureError("Names with their values are expected here.", "", place=self._place(node))
        mapping: MappingNode = node
        for key, value in mapping.value:
            scalar: ScalarNode = key
            yield str(scalar.value), value, self._place(key)

    def _one_of(self, name: str, known: object, problem: str, place: Place) -> None:
        names = sorted(map(str, known))  # type: ignore[call-overload]
        if name not in names:
            raise FixtureError(f"{problem}.", nearest(name, names), "write one of those that there are", place=place)

    def _place(self, node: Node) -> Place:
        return Place(self._path, node.start_mark.line + 1)
