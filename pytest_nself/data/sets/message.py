"""Compiled sets as one message: its text, the rows that its answers hold, and whose error an error is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .compiled import CompiledSet, Does, LoadStatement
from .failing import refused
from .rows import FixtureRows, Row


class Result(NamedTuple):
    """What one statement of the message gave back; without columns for a statement that gives no rows."""

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True, slots=True)
class Unmet:
    """An `expect:` of the set that is otherwise: how many rows a table should have got, and how many it did."""

    set_name: str
    table: str
    expected: int
    found: int
    place: Place

    def __str__(self) -> str:
        return (
            f'{self.place}: The fixture set "{self.set_name}" expects {self.expected} rows in {self.table} '
            f"and found {self.found}. To fix: correct expect:, or the rows"
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is there after loading: the rows, and how many each set brought to each table, as far as that is known."""

    rows: FixtureRows = field(default_factory=FixtureRows)
    added: Mapping[tuple[str, ObjectRef], int] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What loads `sets`, one behind the other."""

    sets: tuple[CompiledSet, ...]

    @property
    def text(self) -> str:
        """All of it, for one message of the simple protocol. It needs a transaction around it."""
        return "".join(one.message for one in self.sets)

    @property
    def statements(self) -> tuple[LoadStatement, ...]:
        """Its statements."""
        return tuple(statement for one in self.sets for statement in one.statements)

    def loaded(self, results: Sequence[Result], before: Loaded | None = None) -> Loaded:
        """What `results` (one for each answer, in order) say. `before` is what the sets loaded earlier gave.

        FixtureError if a table kept a row back, or if a label names two rows.
        """
        before = before or Loaded()
        rows, added = before.rows, dict(before.added)
        at = 0
        for one in self.sets:
            mine = results[at : at + one.results]
            at += one.results
            found, counts = _read(one, mine)
            rows |= found
            added.update({(one.name, ref): count for ref, count in counts.items()})
        known = {one.name: one for one in self.sets}
        return Loaded(rows, added, tuple(unmet for one in self.sets for unmet in _unmet(one, added, known)))

    def error(self, error: Any, done: int) -> FixtureError:
        """What the server said (a `psycopg.Error`) after `done` answers, with the file, line and column it is about."""
        position = error.diag.statement_position
        if position:
            return self._at(error, int(position) - 1)
        passed = 0
        for statement in self.statements:
            passed += statement.results
            if done < passed:
                return refused(statement, error, None)
        return refused(self.statements[-1], error, None)

    def _at(self, error: Any, offset: int) -> FixtureError:
        start = 0
        statement = self.statements[0]
        for statement in self.statements:
            length = len(statement.sql) + len("\n;\n")
            if offset < start + length:
                break
            start += length
        return refused(statement, error, offset - start)


def _read(compiled: CompiledSet, results: Sequence[Result]) -> tuple[FixtureRows, dict[ObjectRef, int]]:
    tables: dict[tuple[str | None, str], dict[int, Row]] = {}
    counts: dict[ObjectRef, int] = {one.table: one.rows for one in compiled.tables if one.rows is not None}
    measured: dict[ObjectRef, int] = {}
    for statement, result in _paired(compiled.statements, results):
        if statement.table is None:
            continue
        if statement.does is Does.COUNT:
            number = int(result.rows[0][0])
            if statement.table in measured:
                counts[statement.table] = number - measured[statement.table]
            measured[statement.table] = number
            continue
        _check_count(statement, result)
        found = tables.setdefault((statement.table.schema, statement.table.name), {})
        for spec, values in zip(statement.rows, result.rows, strict=True):
            # By its number: an update gives a row anew that an insert has given.
            found[spec.number] = Row(
                compiled.names[statement.table], spec.label, dict(zip(result.columns, values, strict=True))
            )
    return FixtureRows({key: list(found.values()) for key, found in tables.items()}), counts


def _paired(statements: Sequence[LoadStatement], results: Sequence[Result]) -> Iterator[tuple[LoadStatement, Result]]:
    at = 0
    for statement in statements:
        if statement.results == 1:
            yield statement, results[at]
        at += statement.results


def _check_count(statement: LoadStatement, result: Result) -> None:
    if len(result.rows) != len(statement.rows):
        raise FixtureError(
            f"{statement.table} took {len(result.rows)} of {len(statement.rows)} rows of the fixture set "
            f"{statement.set_name!r}.",
            "A trigger or a rule on the table drops rows.",
            "leave out the rows that it drops",
            place=statement.place,
        )


def _unmet(
    compiled: CompiledSet, added: Mapping[tuple[str, ObjectRef], int], known: Mapping[str, CompiledSet]
) -> Iterator[Unmet]:
    """It counts the rows that the set and those it extends bring to the table."""
    names = _family(compiled, known)
    for one in compiled.expects:
        found = sum(added.get((name, one.table), 0) for name in names)
        if found != one.count:
            table = compiled.names.get(one.table) or str(one.table).removeprefix("public.")
            yield Unmet(compiled.name, table, one.count, found, one.place)


def _family(compiled: CompiledSet, known: Mapping[str, CompiledSet]) -> dict[str, None]:
    """The set and all that it extends."""
    found: dict[str, None] = {compiled.name: None}
    for name in compiled.extends:
        found[name] = None
        if name in known:
            found.update(_family(known[name], known))
    return found
