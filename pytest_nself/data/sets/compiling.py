"""Fixture sets and the shape of the tables -> the statements that load them, all keys chosen before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.shape.model import Shape, fingerprint_of
from pytest_nself.data.shape.order import root_of
from pytest_nself.data.written.cells import GeneratedSpec, RowSpec, TableSpec

from .blocks import Block, statements_of_block
from .compiled import CompiledSet, CompiledSets, TableUse
from .filling import Filler
from .fixture_set import FixtureSet
from .generating import Generator, Maker, generated_labels
from .heading import declared
from .keys import TEXTS, Position, key_text
from .meaning import key_columns
from .named_tables import short_name, table_of_shape, tables_named, tables_written
from .narrowed import narrowed
from .registry import Chosen, Entry, Registry, constant_default, known_text


def compile_sets(
    chain: Sequence[FixtureSet],
    shape: Shape,
    *,
    project: str,
    maker: Maker | None = None,
    sequences: Mapping[str, Position] | None = None,
    polymorphic: Mapping[str, Mapping[str, str]] | None = None,
    after: CompiledSets | None = None,
) -> CompiledSets:
    """The sets of `chain` (as `read_chain` gives them), each as its own block of statements.

    `project` names the project, for keys from labels. `maker` makes generated rows. `sequences` are the positions of
    sequences, from which keys keep away. `polymorphic` is what holds for all sets, as a set says it
    (`{"comments.commentable": {"posts": "Post"}}`); a set's own word counts more. `after` are sets that were compiled,
    and will be loaded, before: a set sees their labels, and sets of theirs are not compiled again.

    FixtureError with the place of what does not fit.
    """
    registry = Registry() if after is None else after.registry.copy()
    if after is None:
        registry.polymorphic += [
            declared(name, said, Place("polymorphic")) for name, said in (polymorphic or {}).items()
        ]
    compiled = []
    for fixture_set in chain:
        if fixture_set.name in registry.sets:
            continue
        _check_extends(fixture_set, registry)
        compiled.append(_Compiler(fixture_set, shape, project, maker, sequences or {}, registry).compiled())
        registry.sets[fixture_set.name] = fixture_set.digest
    return CompiledSets(tuple(compiled), registry)


def _check_extends(fixture_set: FixtureSet, registry: Registry) -> None:
    for one in fixture_set.extends:
        if one.name not in registry.sets:
            raise FixtureError(
                f'"{fixture_set.name}" extends "{one.name}", which is not loaded before it.',
                nearest(one.name, registry.sets),
                "load that set first",
                place=one.place,
            )


class _Compiler:
    def __init__(
        self,
        fixture_set: FixtureSet,
        shape: Shape,
        project: str,
        maker: Maker | None,
        sequences: Mapping[str, Position],
        registry: Registry,
    ) -> None:
        self._set = fixture_set
        self._shape = shape
        self._project = project
        self._maker = maker
        self._sequences = sequences
        self._registry = registry
        self._entries: list[Entry] = []

    def compiled(self) -> CompiledSet:
        """The set's block."""
        self._registry.polymorphic[:0] = self._set.polymorphic
        generated = self._declare()
        filler = Filler(self._shape, self._registry)
        for entry in self._entries:
            if entry.number is None:
                filler.fill(entry)
        self._choose_keys(self._entries)
        generator = Generator(self._maker, filler, self._shape, self._registry, self._choose_key)
        for table_spec, spec, made in generated:
            self._entries += generator.generate(table_spec, spec, made)
        positions: dict[ObjectRef, int] = {}
        for entry in self._entries:
            entry.position = positions.get(entry.table.ref, 0)
            positions[entry.table.ref] = entry.position + 1
        statements = statements_of_block(Block(self._set, self._shape, self._entries, self._choose_key))
        uses = tuple(self._uses())
        return CompiledSet(
            self._set.name,
            self._set.place,
            statements,
            uses,
            {one.table: short_name(self._shape, one.table) for one in uses},
            self._links(),
            tuple(replace(one, table=self._ref(one.table, one.place)) for one in self._set.expects),
            tuple(one.name for one in self._set.extends),
            self._fingerprint(uses),
            tuple(self._warnings(uses)),
        )

    def _declare(self) -> list[tuple[TableSpec, GeneratedSpec, list[Entry]]]:
        """Entries for all rows, so that each may refer to any other."""
        generated = []
        for spec in self._set.tables:
            table = table_of_shape(self._shape, spec.table, spec.place)
            for row in spec.rows:
                self._add(Entry(self._set.name, table, row))
            for one in spec.generated:
                made = []
                for position, label in enumerate(generated_labels(one), 1):
                    row = RowSpec(label, one.cells, one.place, like=one.like, defaults=one.defaults)
                    made.append(self._add(Entry(self._set.name, table, row, number=position)))
                generated.append((spec, one, made))
        return generated

    def _add(self, entry: Entry) -> Entry:
        self._registry.add(entry)
        self._entries.append(entry)
        return entry

    def _choose_keys(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            for column in key_columns(self._shape, entry.table):
                text = known_text(entry, column.name)
                if text is not None and text.removeprefix("-").isdigit():
                    self._taken(entry.table.ref, column.name).add(int(text))
        for entry in entries:
            if entry.label is not None:
                self._choose_key(entry, entry.label)

    def _choose_key(self, entry: Entry, label: str) -> None:
        """Fill the columns of the key that nothing else fills."""
        columns = key_columns(self._shape, entry.table)
        primary = self._shape.tables[self._root(entry.table.ref)].primary is not None
        foreign = {name for reference in entry.table.references for name in reference.columns}
        for column in columns:
            if column.name in entry.filled or column.name in foreign or column.generated:
                continue
            if constant_default(column) is not None:
                continue
            # Where a key from the label might be refused, what would be there without one is better.
            other = entry.number is not None or column.default is not None or column.identity is not None
            if other and narrowed(self._shape, entry.table, column):
                continue
            # What is merely unique, such as an e-mail address, does not follow from a label unless it is an id.
            if not primary and (not other or column.type.plain.name in TEXTS):
                continue
            taken = self._taken(entry.table.ref, column.name)
            position = self._sequences.get(column.sequence or "")
            text = key_text(self._project, self._root(entry.table.ref), label, column, taken, position)
            if text is None or (len(columns) > 1 and column.default is not None and text == label):
                continue
            entry.filled[column.name] = Chosen(text)
            if text.isdigit():
                taken.add(int(text))

    def _taken(self, table: ObjectRef, column: str) -> set[int]:
        return self._registry.taken.setdefault((self._root(table), column), set())

    def _root(self, ref: ObjectRef) -> ObjectRef:
        return root_of(self._shape, ref)

    def _ref(self, ref: ObjectRef, place: Place) -> ObjectRef:
        return table_of_shape(self._shape, ref, place).ref

    def _uses(self) -> Iterator[TableUse]:
        counts: dict[ObjectRef, int] = {}
        parents: dict[ObjectRef, dict[ObjectRef, None]] = {}
        for entry in self._entries:
            ref = entry.table.ref
            counts[ref] = counts.get(ref, 0) + 1
            for reference in entry.table.references:
                if any(name in entry.filled for name in reference.columns):
                    target = self._root(reference.target)
                    if target != self._root(ref):
                        parents.setdefault(ref, {})[target] = None
        for ref, count in counts.items():
            yield TableUse(ref, count, tuple(parents.get(ref, ())))
        for ref in tables_written(self._shape, self._set.sql):
            if ref not in counts:
                table = self._shape.tables[ref]
                found = {self._root(one.target): None for one in table.references if one.target != ref}
                yield TableUse(ref, None, tuple(found))

    def _links(self) -> Mapping[tuple[ObjectRef, str], Mapping[str, tuple[ObjectRef, str]]]:
        return {
            (entry.table.ref, entry.label): {
                key: (other.table.ref, other.label) for key, other in entry.links.items() if other.label is not None
            }
            for entry in self._entries
            if entry.label is not None and entry.links
        }

    def _warnings(self, uses: Sequence[TableUse]) -> Iterator[str]:
        filled = {one.table for one in uses}
        for one in self._set.needs:
            for ref in (one.table, one.first):
                if self._ref(ref, one.place) not in filled:
                    yield f"{one.place}: depends_on speaks of {ref}, to which this set brings no rows."
        for entry in self._entries:
            for column in key_columns(self._shape, entry.table):
                length = column.type.length
                if entry.label and length and column.name not in entry.filled and len(entry.label) > length:
                    yield f"{entry.place}: the label {entry.label} is too long to be the key {column.name}."

    def _fingerprint(self, uses: Sequence[TableUse]) -> str:
        needed = {ref for one in uses for ref in (one.table, *one.parents)}
        needed.update(tables_named(self._shape, self._set.sql))
        tables = {ref: table for ref, table in self._shape.tables.items() if ref in needed}
        shape = fingerprint_of(Shape(tables, self._shape.path, self._shape.version))
        return sha256(f"{self._set.name}\n{self._set.digest}\n{self._project}\n{shape}".encode()).hexdigest()
