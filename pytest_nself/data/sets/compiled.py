"""Compiled fixture sets as values: the statements that load them, and what each of them gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement
from pytest_nself.data.shape.model import Type
from pytest_nself.data.written.cells import Cell

from .fixture_set import Expected, SqlPart
from .registry import Registry


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL, the place in the file that it stands for, and the value and column it is made from."""

    sql: str
    place: Place | None = None
    cell: Cell | None = None
    column: str | None = None
    type: Type | None = None


class Does(Enum):
    """What a statement is for."""

    INSERT = "insert"
    """Gives back its rows, in the order of `rows`."""
    UPDATE = "update"
    """Gives back one row anew, whose references were null at first."""
    SQL = "sql"
    """The text of a `.sql` file: as many answers as it has statements."""
    COUNT = "count"
    """Gives back how many rows a table has, before and after the set."""
    CONSTRAINTS = "constraints"
    """When constraints are checked; gives nothing back."""


@dataclass(frozen=True, slots=True)
class LoadedRow:
    """A row as a statement brings it. `number` tells it from the table's other rows of the set.

    `values` are the texts that are known before the server has seen them, `places` are where they stand.
    """

    label: str | None
    place: Place
    number: int
    values: Mapping[str, str | None] = field(compare=False)
    places: Mapping[str, Place] = field(compare=False)


@dataclass(frozen=True, slots=True)
class LoadStatement:
    """A statement of a set. `table` and `rows` tell what it returns; `results` how many answers it brings.

    `checks` are the columns that each check of the table speaks of, `chosen` those whose keys follow from labels.
    """

    does: Does
    title: str
    set_name: str
    place: Place
    fragments: tuple[Fragment, ...]
    table: ObjectRef | None = None
    rows: tuple[LoadedRow, ...] = ()
    results: int = 1
    part: SqlPart | None = None
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    chosen: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The statement as it is sent, without a semicolon."""
        return "".join(one.sql for one in self.fragments)


@dataclass(frozen=True, slots=True)
class TableUse:
    """A table that a set writes rows to: how many (None: only the server knows), and which tables they refer to."""

    table: ObjectRef
    rows: int | None
    parents: tuple[ObjectRef, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """One set, ready to be loaded.

    `names` says how each table is called in reports and in lookups. `links` tells which labelled row a value of a
    labelled row names: `links[posts, "hello"]["author"]` is `(users, "alice")`; a column and its stem lead to the same.
    `fingerprint` is the sha256 of the files and of what the tables that it needs demand.
    """

    name: str
    place: Place
    statements: tuple[LoadStatement, ...]
    tables: tuple[TableUse, ...]
    names: Mapping[ObjectRef, str] = field(compare=False)
    links: Mapping[tuple[ObjectRef, str], Mapping[str, tuple[ObjectRef, str]]] = field(compare=False)
    expects: tuple[Expected, ...] = ()
    extends: tuple[str, ...] = ()
    fingerprint: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """All statements as one text, which one message of the simple protocol can carry."""
        return "".join(f"{one.sql}\n;\n" for one in self.statements)

    @property
    def results(self) -> int:
        """How many answers the message brings."""
        return sum(one.results for one in self.statements)

    @property
    def plan(self) -> Plan:
        """The same as steps."""
        steps = tuple(Statement(one.title, Sql(one.sql), place=one.place) for one in self.statements)
        return Plan(f"load fixture set {self.name}", steps)


@dataclass(frozen=True, slots=True)
class CompiledSets:
    """Sets in the order of loading. `registry` is what sets that come after them see."""

    sets: tuple[CompiledSet, ...]
    registry: Registry = field(compare=False, repr=False)

    def __iter__(self) -> Iterator[CompiledSet]:
        return iter(self.sets)

    @property
    def message(self) -> str:
        """All of them as one text."""
        return "".join(one.message for one in self.sets)

    @property
    def fingerprint(self) -> str:
        """The sets' fingerprints as one."""
        from hashlib import sha256

        return sha256("\n".join(one.fingerprint for one in self.sets).encode()).hexdigest()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the sets' authors may want to know."""
        return tuple(one for found in self.sets for one in found.warnings)

    @property
    def plan(self) -> Plan:
        """All steps."""
        names = ", ".join(one.name for one in self.sets)
        return Plan(f"load fixture sets {names}", tuple(step for one in self.sets for step in one.plan.steps))
