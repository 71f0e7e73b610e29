"""What of a set's ground has moved: the lock against the shape that is there now, with the migration that did it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Reference, Shape, Table, Type

from .history import History, State
from .lock import LockedColumn, LockedSet, LockedTable


class What(Enum):
    """What happened to something that a set relies on."""

    TABLE_RENAMED = "table-renamed"
    TABLE_DROPPED = "table-dropped"
    RENAMED = "column-renamed"
    DROPPED = "column-dropped"
    REQUIRED = "column-required"
    RETYPED = "column-type"
    LABELS = "enum-labels"
    CHECK = "check"
    REFERENCE = "foreign-key"
    UNIQUE = "unique"
    EXCLUSION = "exclusion"
    ADDED = "column-added"
    DEFAULT = "column-default"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that moved. `table` and `column` are the names that the set's files know.

    `before` and `after` are what it is about: names, types, definitions, defaults; `labels` pairs an enum's lost labels
    with the ones that took their place (None: nothing did). `proof` says how we know of a rename; `now` is what a
    table is called now.
    """

    what: What
    table: ObjectRef
    column: str | None = None
    constraint: str | None = None
    before: str = ""
    after: str = ""
    labels: tuple[tuple[str, str | None], ...] = ()
    cause: State | None = None
    proof: str = ""
    sure: bool = True
    now: ObjectRef | None = None

    @property
    def subject(self) -> str:
        """`users.full_name`, `users_age_check` or `users`."""
        table = shown(self.table)
        return self.constraint or (f"{table}.{self.column}" if self.column else table)

    @property
    def migration(self) -> str:
        """`migration 0012_rename`, or nothing where it is not known."""
        return f"migration {self.cause.label}" if self.cause is not None and self.cause.label else ""


def shown(ref: ObjectRef) -> str:
    """The table as a person says it."""
    return ref.name if ref.schema in (None, "public") else f"{ref.schema}.{ref.name}"


def differences(locked: LockedSet, shape: Shape, history: History) -> tuple[Change, ...]:
    """What moved of all that the set relied on, in the order of the lock's tables and of their columns."""
    return tuple(_differences(locked, shape, history))


def _differences(locked: LockedSet, shape: Shape, history: History) -> Iterator[Change]:
    for ref, before in locked.tables.items():
        table = shape.tables.get(ref)
        if table is None:
            change, table = _table_gone(ref, before, shape, history, locked)
            yield change
        if table is not None:
            yield from _Compared(ref, before, table, shape, history).changes()
    yield from _labels(locked, shape, history)


def _table_gone(
    ref: ObjectRef, before: LockedTable, shape: Shape, history: History, locked: LockedSet
) -> tuple[Change, Table | None]:
    oid = history.identity(ref)
    cause = history.change(lambda state: oid in state.names and state.names[oid]) if oid is not None else None
    if history.states:
        new = history.renamed(ref)
        table = shape.tables.get(new) if new is not None else None
        proof = "the same table by its oid"
    else:
        alike = [one for one in shape.roots if one.ref not in locked.tables and _looks_like(one, before)]
        table = alike[0] if len(alike) == 1 else None
        proof = "it has the same columns"
    if table is None:
        return Change(What.TABLE_DROPPED, ref, cause=cause), None
    return (
        Change(
            What.TABLE_RENAMED,
            ref,
            before=shown(ref),
            after=shown(table.ref),
            cause=cause,
            proof=proof,
            sure=bool(history.states),
            now=table.ref,
        ),
        table,
    )


def _looks_like(table: Table, before: LockedTable) -> bool:
    there = {(column.name, column.number) for column in table.columns}
    return bool(before.columns) and all((one.name, one.number) in there for one in before.columns.values())


@dataclass(frozen=True, slots=True)
class _Compared:
    """One table, as it was locked and as it is."""

    ref: ObjectRef
    before: LockedTable
    table: Table
    shape: Shape
    history: History

    def changes(self) -> Iterator[Change]:
        for one in self.before.columns.values():
            yield from self._column(one)
        known = {one.number for one in self.before.columns.values()}
        for column in self.table.columns:
            if column.number not in known and column.number > self.before.last:
                what = What.REQUIRED if column.required else What.ADDED
                cause = self._cause(partial(_is_at, column.number))
                yield Change(what, self.ref, column.name, after=_demand(column, self.table), cause=cause)
            elif column.number not in known and column.required:
                cause = self._cause(partial(_required, column.number))
                yield Change(
                    What.REQUIRED,
                    self.ref,
                    column.name,
                    before="optional",
                    after=_demand(column, self.table),
                    cause=cause,
                )
        yield from self._constraints()

    def _column(self, one: LockedColumn) -> Iterator[Change]:
        column = self.table.column(one.name)
        if column is None:
            column = self._renamed(one)
            cause = self._cause(partial(_name_at, one.number))
            if column is None:
                yield Change(What.DROPPED, self.ref, one.name, cause=cause)
                return
            proof = f"the same column by its attnum {one.number}"
            yield Change(What.RENAMED, self.ref, one.name, before=one.name, after=column.name, cause=cause, proof=proof)
        at = column.number
        if column.type.written != one.type:
            cause = self._cause(partial(_type_at, at))
            yield Change(What.RETYPED, self.ref, one.name, before=one.type, after=column.type.written, cause=cause)
        if one.default != column.default:
            cause = self._cause(partial(_default_at, at))
            if one.left_out and column.required:
                demand = f"{_demand(column, self.table)}; its default is gone"
                yield Change(What.REQUIRED, self.ref, one.name, before="default", after=demand, cause=cause)
            elif one.left_out:
                yield Change(
                    What.DEFAULT, self.ref, one.name, before=one.default or "", after=column.default or "", cause=cause
                )
        elif column.must and not one.not_null:
            cause = self._cause(partial(_must, at))
            yield Change(What.REQUIRED, self.ref, one.name, before="null", after="NOT NULL", cause=cause)

    def _renamed(self, one: LockedColumn) -> Column | None:
        """The column with the attnum that this one had; another would be one of a table that was made otherwise."""
        column = next((column for column in self.table.columns if column.number == one.number), None)
        if column is None:
            return None
        known = self.before.columns.get(column.name)
        if known is not None and known.number != one.number:
            return None
        known_as = self.history.values(self.table.ref, partial(_name_at, one.number))
        if self.history.states and not {one.name, column.name} <= known_as:
            return None
        return column

    def _constraints(self) -> Iterator[Change]:
        there = constraints_of(self.table)
        texts = set(self.before.constraints.values())
        lost = {name: text for name, text in self.before.constraints.items() if name not in there}
        for name, (what, text, columns) in there.items():
            before = self.before.constraints.get(name)
            if before == text or (before is None and text in texts):
                continue
            if before is None:
                before = _taken_from(what, columns, lost)
            cause = self._cause(partial(_definition, name))
            yield Change(
                what,
                self.ref,
                columns[0] if len(columns) == 1 else None,
                name,
                before=before or "",
                after=text,
                cause=cause,
            )

    def _cause(self, fact: Callable[[Table | None], object]) -> State | None:
        return self.history.cause(self.table.ref, fact)


def constraints_of(table: Table) -> Mapping[str, tuple[What, str, tuple[str, ...]]]:
    """Name -> (kind, definition, columns) of all that a table demands of its rows but types and nulls."""
    found: dict[str, tuple[What, str, tuple[str, ...]]] = {}
    for check in table.checks:
        found[check.name] = (What.CHECK, check.definition, check.columns)
    for key in table.keys:
        found[key.name] = (What.UNIQUE, key.definition, tuple(one for one in key.columns if one))
    for reference in table.references:
        found[reference.name] = (What.REFERENCE, reference.definition, reference.columns)
    for exclusion in table.exclusions:
        found[exclusion.name] = (What.EXCLUSION, exclusion.definition, tuple(one for one in exclusion.columns if one))
    return found


def _taken_from(what: What, columns: tuple[str, ...], lost: Mapping[str, str]) -> str | None:
    """The one check that went as this one came and speaks of the same columns: somebody replaced it."""
    if what is not What.CHECK:
        return None
    alike = [text for text in lost.values() if text.startswith("CHECK") and all(name in text for name in columns)]
    return alike[0] if len(alike) == 1 else None


def _labels(locked: LockedSet, shape: Shape, history: History) -> Iterator[Change]:
    users: dict[str, tuple[ObjectRef, str]] = {}
    enums = enums_of(shape, users)
    for name, before in locked.enums.items():
        now = enums.get(name)
        lost = [label for label in before if now is not None and label not in now]
        if not lost or now is None:
            continue
        same_places = len(now) == len(before)
        pairs = tuple(
            (label, now[before.index(label)] if same_places and now[before.index(label)] not in before else None)
            for label in lost
        )
        cause = history.change(partial(_labels_of, name))
        table, column = users[name]
        yield Change(
            What.LABELS,
            table,
            column,
            name,
            before=", ".join(before),
            after=", ".join(now),
            labels=pairs,
            cause=cause,
        )


def enums_of(shape: Shape, users: dict[str, tuple[ObjectRef, str]] | None = None) -> dict[str, tuple[str, ...]]:
    """The labels of each enum that a column is made of, by the type's name; `users` takes one column of each."""
    found: dict[str, tuple[str, ...]] = {}
    for table in shape.roots:
        for column in table.columns:
            enum = enum_in(column.type)
            if enum is not None and enum.written not in found:
                found[enum.written] = enum.labels
                if users is not None:
                    users[enum.written] = (table.ref, column.name)
    return found


def enum_in(kind: Type) -> Type | None:
    """The enum that values of a type are made of: itself, or what a domain or an array is about."""
    found: Type | None = kind
    while found is not None and not found.labels:
        found = found.inner
    return found


def _definition(name: str, table: Table | None) -> str | None:
    found = constraints_of(table).get(name) if table is not None else None
    return found[1] if found is not None else None


def _at(table: Table | None, number: int) -> Column | None:
    return None if table is None else next((one for one in table.columns if one.number == number), None)


def _is_at(number: int, table: Table | None) -> bool:
    return _at(table, number) is not None


def _labels_of(name: str, state: State) -> tuple[str, ...] | None:
    return enums_of(state.shape).get(name)


def _name_at(number: int, table: Table | None) -> str | None:
    column = _at(table, number)
    return column.name if column is not None else None


def _type_at(number: int, table: Table | None) -> str | None:
    column = _at(table, number)
    return column.type.written if column is not None else None


def _default_at(number: int, table: Table | None) -> str | None:
    column = _at(table, number)
    return column.default if column is not None else None


def _must(number: int, table: Table | None) -> bool:
    column = _at(table, number)
    return column is not None and column.must


def _required(number: int, table: Table | None) -> bool:
    column = _at(table, number)
    return column is not None and column.required


def _demand(column: Column, table: Table) -> str:
    """`NOT NULL, no default, a foreign key to tenants`."""
    words = ["NOT NULL" if column.must else "may be null"]
    words += ["no default"] if column.required else []
    target = reference_of(column.name, table)
    return ", ".join([*words, *([f"a foreign key to {shown(target.target)}"] if target else [])])


def reference_of(column: str, table: Table) -> Reference | None:
    """The foreign key that this column alone is."""
    return next((one for one in table.references if one.columns == (column,)), None)
