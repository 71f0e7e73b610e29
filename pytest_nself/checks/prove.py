"""The proof of a change: it is made on a database of ours, taken back, made again, and the facts are read each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.changes import plan_changes
from pytest_nself.catalog.compare import Change, differences
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.read import introspect
from pytest_nself.catalog.renames import Rename, rename_back_statements, rename_statements
from pytest_nself.core.errors import Refused, StepFailed
from pytest_nself.core.names import ObjectRef, quote_qualified
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import DATA_LOSS, Statement
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import execute

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Proof:
    """A way there and a way back, and what was seen when both were gone.

    `problems` are sentences; without any the plans do what they shall. `reordered` are columns that stand elsewhere
    than in the other state, since none can be put between others. `lost` are tables that have fewer rows than before,
    by their number, where the way there was declared to lose some.
    """

    up: Plan
    down: Plan | None
    problems: tuple[str, ...] = ()
    reordered: tuple[ObjectRef, ...] = ()
    lost: Mapping[ObjectRef, int] | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the plans."""
        return not self.problems


def prove(
    database: EphemeralDatabase, a: Catalog, b: Catalog, *, online: bool = False, renames: Sequence[Rename] = ()
) -> Proof:
    """Go from `a` to `b` on a database that is as `a` (a clone of it, with or without rows), back, and there again.

    `renames` are those that somebody confirmed; they come first, on the way back in reverse. Each arrival is read and
    compared, and a second plan must be empty. A database as `b` is left behind. Raises Refused where no way there is
    known; a way back that is not known is a problem like any other.
    """
    return _Proving(database, a, b, online, tuple(renames)).proof()


class _Proving:
    def __init__(
        self, database: EphemeralDatabase, a: Catalog, b: Catalog, online: bool, renames: tuple[Rename, ...]
    ) -> None:
        self.database, self.a, self.b = database, a, b
        self.online = online
        self.renaming = tuple(rename_statements(renames))
        self.renaming_back = tuple(rename_back_statements(renames))
        self.up = Plan("", ())
        self.problems: list[str] = []
        self.reordered: list[ObjectRef] = []

    def proof(self) -> Proof:
        with closing(self.database.connect(autocommit=True, prepare_threshold=None)) as connection:
            self.up = self._plan(connection, self.a, self.b, self.renaming)
            before = _rows(connection, self.a, self.b)
            down, lost = None, {}
            arrived = self._go(connection, self.up, self.b, "up")
            if arrived is not None:
                lost = _missing(before, _rows(connection, self.a, self.b))
                down = self._back(connection, arrived)
        if lost and DATA_LOSS not in self.up.hazards:
            tables = ", ".join(f"{ref} ({number})" for ref, number in lost.items())
            self.problems.append(f"Rows are lost that the plan does not say it loses: {tables}.")
        return Proof(self.up, down, tuple(self.problems), tuple(self.reordered), lost)

    def _back(self, connection: psycopg.Connection[Any], arrived: Catalog) -> Plan | None:
        try:
            down = self._plan(connection, arrived, self.a, self.renaming_back)
        except Refused as error:
            self.problems.append(f"There is no way back: {error.problem} {error.cause}")
            return None
        left = self._go(connection, down, self.a, "down")
        if left is not None:
            self._go(connection, self._plan(connection, left, self.b, self.renaming), self.b, "up again")
        return down

    def _plan(
        self, connection: psycopg.Connection[Any], there: Catalog, wanted: Catalog, texts: tuple[str, ...]
    ) -> Plan:
        """What is called otherwise after a rename (in views, in keys) the server knows: it is asked, and taken back."""
        if not texts:
            return plan_changes(there, wanted, online=self.online)
        connection.execute("begin")
        try:
            connection.execute(";\n".join(texts).encode())
            rest = plan_changes(introspect(connection), wanted, online=self.online)
        finally:
            connection.execute("rollback")
        steps = tuple(Statement(text, Sql(text)) for text in texts)
        return replace(rest, steps=(*steps, *rest.steps))

    def _go(self, connection: psycopg.Connection[Any], plan: Plan, wanted: Catalog, verb: str) -> Catalog | None:
        """Execute a plan; what is there afterwards, or None when that is not what was wanted."""
        try:
            execute(plan, self.database, accept=plan.hazards, connection=connection)
        except StepFailed as error:
            self.problems.append(f"{verb} fails: {error.problem} {error.cause}")
            return None
        there = introspect(connection)
        wrong = differences(there, wanted, order=True)
        if verb == "up":
            self.reordered = sorted({one.subject for one in wrong if one.attribute == "position"})
        wrong = tuple(one for one in wrong if one.attribute != "position")
        if wrong:
            self.problems.append(f"{verb} does not arrive: {_listed(wrong)}")
            return None
        if plan_changes(there, wanted, online=self.online):
            self.problems.append(f"{verb} arrives, and a second plan still finds something to do.")
        return there


def _listed(changes: tuple[Change, ...], most: int = 5) -> str:
    shown = "; ".join(map(str, changes[:most]))
    return f"{shown}; and {len(changes) - most} more" if len(changes) > most else shown


def _rows(connection: psycopg.Connection[Any], a: Catalog, b: Catalog) -> dict[ObjectRef, int]:
    """The rows of each table that is there before and after."""
    return dict(_counted(connection, a, b))


def _counted(connection: psycopg.Connection[Any], a: Catalog, b: Catalog) -> Iterator[tuple[ObjectRef, int]]:
    for entry in a.of_kind("table"):
        if entry.ref in b.entries and not entry["partition_key"]:
            query = f"select count(*) from only {quote_qualified(entry.ref.schema, entry.ref.name)}"
            row = connection.execute(query.encode()).fetchone()
            yield entry.ref, int(row[0]) if row else 0


def _missing(before: Mapping[ObjectRef, int], after: Mapping[ObjectRef, int]) -> dict[ObjectRef, int]:
    return {ref: number - after[ref] for ref, number in before.items() if after[ref] < number}
