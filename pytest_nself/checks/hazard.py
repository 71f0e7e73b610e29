"""A hazard: what a statement may do to those who use the database, how it is seen, and the form that does it safely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_qualified

from .rehearsed import Observed, Rehearsed, TableLock, shown
from .relations import Column, Name, Table

SIZE = "{size}"
"""Where a sighting's message says how large its table is."""


class Weight(Enum):
    """What makes a hazard less severe than it says of itself."""

    ALWAYS = "always"
    """Nothing: it is as bad on a table without rows."""
    ROWS = "rows"
    """A table without rows has nothing to lose."""
    SIZE = "size"
    """On a small table it takes no time, and on an empty one none at all."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A hazard, seen in one statement. `tables` are those whose size weighs, as the original database calls them.

    `message` is one sentence that names the subject, `remedy` what to do, with the statement that does it safely where
    that can be said. `severity` is there where it is not the hazard's own.
    """

    subject: ObjectRef
    message: str
    remedy: str
    tables: tuple[Name, ...] = ()
    severity: Severity | None = None


Find: TypeAlias = Callable[[Observed, Rehearsed], Iterable[Sighting]]


@dataclass(frozen=True, slots=True)
class Hazard:
    """One kind of hazard: a file of the folder `hazards/`, which has its name.

    `find` sees it in a statement, given the migration that this is a part of. `blocks` says that it is about the time
    for which a table is blocked, so that nothing else need be said of that; `general` asks it after all others, of
    what they have not told. `given` makes an example's database, `bad` is a migration with the hazard, and `good` are
    the migrations that do the same without it. `measured` is False where it is seen in the text alone. `squawk` are the
    names that squawk's rules give to it.
    """

    id: str
    severity: Severity
    weight: Weight
    title: str
    why: str
    safe: str
    find: Find
    given: str
    bad: str
    good: tuple[str, ...]
    blocks: bool = False
    general: bool = False
    measured: bool = True
    squawk: tuple[str, ...] = ()


def table_ref(table: Name) -> ObjectRef:
    """A table as the subject of a finding."""
    return ObjectRef("table", *table)


def column_ref(table: Name, column: str) -> ObjectRef:
    """A column as the subject of a finding."""
    return ObjectRef("column", *table, column)


def alter(table: Name) -> str:
    """`alter table "public"."orders"`."""
    return f"alter table {quote_qualified(*table)}"


def sized(table: Name) -> str:
    """`public.orders (about 1,200,000 rows, 96 MB)`, once the size is known."""
    return f"{shown(table)}{SIZE}"


def nobody(lock: TableLock | None) -> str:
    """`nobody can read or write it`, or what a weaker lock holds back."""
    return "nobody can read or write it" if lock is None or lock.blocks_reads else "nobody can write to it"


def ancestors(seen: Observed, table: Name) -> Iterator[Name]:
    """The table, and the partitioned tables above it."""
    yield table
    while (above := seen.parents.get(table)) is not None:
        yield above
        table = above


def rewrote(seen: Observed, table: Name) -> bool:
    """Whether the table was written anew, or a partition of it."""
    return any(table in ancestors(seen, one) for one in seen.rewrites)


def blocked_scan(seen: Observed, table: Name) -> TableLock | None:
    """The lock that held writers back while the table, or a partition of it, was read as a whole."""
    for scan in seen.scans:
        if table in ancestors(seen, scan.table):
            lock = seen.lock_on(scan.table) or seen.lock_on(table)
            if lock is not None and lock.blocks_writes:
                return lock
    return None


def new_columns(seen: Observed) -> Iterator[tuple[Name, Column]]:
    """Columns that a table got, which was there before; not those that its partitions got with it."""
    for column in seen.changes.new(Column):
        if column.local and column.table in seen.tables:
            yield seen.tables[column.table], column


def changed_columns(seen: Observed) -> Iterator[tuple[Name, Column, Column]]:
    """Columns that were changed, as they were and as they are; not those of partitions that were changed with it."""
    for old, new in seen.changes.changed(Column):
        if new.local and new.table in seen.tables:
            yield seen.tables[new.table], old, new


def known_tables(seen: Observed, kinds: str) -> Iterator[tuple[Name, Table]]:
    """Tables of these kinds (see Table) that are gone and were there before."""
    for table in seen.changes.gone(Table):
        if table.kind in kinds and seen.knew(table):
            yield seen.tables.get(table.oid, table.name), table
