"""The rows of a set in an order that the foreign keys allow, with what opens a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.shape.order import CircleError, LoadOrder, load_order, root_of

from .compiled import Does, Fragment, LoadStatement
from .fixture_set import FixtureSet, SqlPart
from .meaning import key_columns
from .named_tables import table_of_shape, tables_named
from .registry import Entry, Finds, Points, is_null, known_text
from .sending import Writer, count_rows, set_constraints

_INITIALLY = "initially deferred"


@dataclass(frozen=True, slots=True)
class Block:
    """A set whose rows are filled. `choose_key` gives a row a key from a word, where it has none."""

    fixture_set: FixtureSet
    shape: Shape
    entries: Sequence[Entry]
    choose_key: Callable[[Entry, str], None]


def statements_of_block(block: Block) -> tuple[LoadStatement, ...]:
    """All statements of the set, in the order of sending. FixtureError for a circle that nothing opens."""
    found = block.fixture_set
    counted = [table_of_shape(block.shape, one.table, one.place).ref for one in found.expects]
    # Sets that extend this one may count these, and nothing but the server knows how many rows SQL brings.
    counted += tables_named(block.shape, found.sql)
    counts = [count_rows(ref, found.place, found.name) for ref in dict.fromkeys(counted)]
    return (
        *counts,
        *(_part(one, found.name) for one in found.parts if one.before_rows),
        *_row_statements(block),
        *(_part(one, found.name) for one in found.parts if not one.before_rows),
        *_checked_now(block),
        *counts,
    )


def _part(part: SqlPart, set_name: str) -> LoadStatement:
    title = f"run {part.place.path} (fixture set {set_name})"
    return LoadStatement(
        Does.SQL, title, set_name, part.place, (Fragment(part.sql, part.place),), results=part.statements, part=part
    )


def _row_statements(block: Block) -> Iterator[LoadStatement]:
    if not block.entries:
        return
    groups: dict[ObjectRef, dict[ObjectRef, list[Entry]]] = {}
    for entry in block.entries:
        root = root_of(block.shape, entry.table.ref)
        groups.setdefault(root, {}).setdefault(entry.table.ref, []).append(entry)
    order = _order(block, groups)
    set_name, place = block.fixture_set.name, block.fixture_set.place
    writer = Writer(block.shape, set_name)
    deferred = sorted((ref.schema or "", name) for ref, name in order.deferred)
    if deferred:
        yield set_constraints(deferred, "deferred", place, set_name)
    later: list[tuple[Entry, list[str]]] = []
    for root in order.tables:
        postponed = _postponed(block.shape.tables[root], order)
        for table_entries in groups[root].values():
            table = table_entries[0].table
            spots = _places(block.fixture_set, block.shape)
            pending = [(entry, _filled(entry, postponed)) for entry in table_entries] if postponed else []
            later += [(entry, names) for entry, names in pending if names]
            yield from writer.insert(
                table, table_entries, spots.get(table.ref, table_entries[0].place), frozenset(postponed)
            )
    for entry, names in later:
        yield writer.update(entry, names)
    if deferred:
        yield set_constraints(deferred, "immediate", place, set_name)


def _order(block: Block, groups: Mapping[ObjectRef, Mapping[ObjectRef, Sequence[Entry]]]) -> LoadOrder:
    """An order for the references that these rows make use of; others do not count."""
    tables = dict(block.shape.tables)
    for root, parts in groups.items():
        entries = [entry for found in parts.values() for entry in found]
        table = tables[root]
        used = tuple(one for one in table.references if any(_uses(entry, one) for entry in entries))
        later = tuple(_asking(block.shape, root, entries, used))
        tables[root] = replace(table, references=used + tuple(_needed(block, table)) + later)
    shape = Shape(tables, block.shape.path, block.shape.version)
    try:
        order = load_order(shape, groups)
    except CircleError as error:
        places = _places(block.fixture_set, block.shape)
        place = next((places[ref] for ref in groups if ref in places and str(ref) in error.problem), None)
        raise FixtureError(error.problem, error.cause, error.remedy, place=place or block.fixture_set.place) from None
    for ref in {ref for ref, _ in order.postponed}:
        for number, entry in enumerate(one for found in groups[ref].values() for one in found):
            if any(known_text(entry, column.name) is None for column in key_columns(block.shape, entry.table)):
                block.choose_key(entry, f"#{number}")
    return order


def _uses(entry: Entry, reference: Reference) -> bool:
    """Whether a row refers to another by this foreign key, as far as the file tells."""
    for name in reference.columns:
        column = entry.table.column(name)
        if name in entry.filled:
            if is_null(entry, name):
                return False
        elif column is None or column.default is None:
            return False
    return True


def _asking(shape: Shape, root: ObjectRef, entries: Sequence[Entry], used: Sequence[Reference]) -> Iterator[Reference]:
    """Tables whose rows must be there to be asked for a value, where no foreign key says so."""
    known = {root_of(shape, one.target) for one in used} | {root}
    for entry in entries:
        for name, filled in entry.filled.items():
            if isinstance(filled, Points) and known_text(entry, name) is None and not is_null(entry, name):
                ref = filled.entry.table.ref
            elif isinstance(filled, Finds):
                ref = filled.table.ref
            else:
                continue
            target = root_of(shape, ref)
            if target not in known:
                known.add(target)
                yield Reference(f"asked for {name}", (), target, ())


def _needed(block: Block, table: Table) -> Iterator[Reference]:
    """`depends_on` as a reference that nothing can put off."""
    for one in block.fixture_set.needs:
        if table_of_shape(block.shape, one.table, one.place).ref == table.ref:
            first = table_of_shape(block.shape, one.first, one.place).ref
            yield Reference(f"depends_on {first}", (), first, ())


def _postponed(table: Table, order: LoadOrder) -> tuple[str, ...]:
    """The columns that are null until all rows are there."""
    found: dict[str, None] = {}
    for reference in table.references:
        if (table.ref, reference.name) not in order.postponed:
            continue
        for name in reference.columns:
            column = table.column(name)
            if column is not None and not column.must:
                found[name] = None
    return tuple(found)


def _filled(entry: Entry, names: Sequence[str]) -> list[str]:
    return [name for name in names if name in entry.filled and not is_null(entry, name)]


def _places(fixture_set: FixtureSet, shape: Shape) -> Mapping[ObjectRef, Place]:
    return {table_of_shape(shape, spec.table, spec.place).ref: spec.place for spec in fixture_set.tables}


def _checked_now(block: Block) -> Iterator[LoadStatement]:
    """Constraints that are checked at the end of a transaction are checked here: a test's never ends."""
    found: dict[tuple[str | None, str], None] = {}
    for table in {entry.table.ref: entry.table for entry in block.entries}.values():
        late = [one.name for one in table.references if one.deferrable == _INITIALLY]
        late += [one.name for one in table.keys if one.deferrable == _INITIALLY]
        late += [one.name for one in table.exclusions if one.deferrable == _INITIALLY]
        found |= {(table.ref.schema, name): None for name in late}
    if found:
        names = sorted(found, key=lambda one: (one[0] or "", one[1]))
        yield set_constraints(names, "immediate", block.fixture_set.place, block.fixture_set.name)
        yield set_constraints(names, "deferred", block.fixture_set.place, block.fixture_set.name)
