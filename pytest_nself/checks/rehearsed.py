"""What a rehearsal saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_nself.core.errors import StepFailed
from pytest_nself.core.finding import Findings
from pytest_nself.core.place import Place
from pytest_nself.migrations.statements import Problem

from .relations import NO_CHANGES, Changes, Index, Key, Name, Row
from .target import Size

MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
"""PostgreSQL's modes of table locks, the weakest first."""


@dataclass(frozen=True, slots=True)
class TableLock:
    """The strongest lock on a table that a migration, or a statement, worked under, in PostgreSQL's words.

    `documented`: it was gone before anybody could look, and this is what PostgreSQL's documentation says of it.
    `since`: an earlier statement of the same transaction took it, there.
    """

    table: Name
    mode: str
    documented: bool = False
    since: Place | None = None

    @property
    def strength(self) -> int:
        return MODES.index(self.mode)

    @property
    def blocks_reads(self) -> bool:
        """Whether nobody can read the table meanwhile, let alone write."""
        return self.mode == "ACCESS EXCLUSIVE"

    @property
    def blocks_writes(self) -> bool:
        """Whether nobody can write meanwhile."""
        return self.strength >= MODES.index("SHARE")

    def __str__(self) -> str:
        return f"{self.mode} on {shown(self.table)}"


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """An index that was built, or built anew, on a table that was there before, while writers wait."""

    name: Name
    table: Name


@dataclass(frozen=True, slots=True)
class Scan:
    """A table was read from its beginning to its end; `documented`: so PostgreSQL's documentation says."""

    table: Name
    documented: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """One statement of a file as it ran on the copy; what the run itself made is left out.

    `text` is what stands in the file, with several `insert` in a row as one; `took_ms` is its time on empty tables. The
    locks are those that it took, and those that it found on the tables it works on. `built` are indexes that it built,
    `emptied` tables that it truncated. `changes` are those of the schema, as far as it was there before; `tables` are
    the tables that were, by oid, `parents` what they are partitions of, and `known` is all of it. `implicit` are pairs
    of types, of columns that it changed, with an implicit cast. With a `problem` the file cannot be sent, and nothing
    ran; with a `failure` the server refused the statement.
    """

    text: str
    words: tuple[str, ...]
    place: Place | None
    took_ms: float = 0.0
    locks: tuple[TableLock, ...] = ()
    rewrites: tuple[Name, ...] = ()
    emptied: tuple[Name, ...] = ()
    scans: tuple[Scan, ...] = ()
    built: tuple[Index, ...] = ()
    changes: Changes = NO_CHANGES
    tables: Mapping[int, Name] = field(default_factory=dict, repr=False)
    known: frozenset[Key] = field(default=frozenset(), repr=False)
    parents: Mapping[Name, Name] = field(default_factory=dict, repr=False)
    implicit: frozenset[tuple[int, int]] = frozenset()
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    alone: bool = False
    unseen: bool = False
    problem: Problem | None = None
    failure: StepFailed | None = None

    def lock_on(self, table: Name) -> TableLock | None:
        """The strongest lock on a table that the statement worked under."""
        return next((lock for lock in self.locks if lock.table == table), None)

    def scanned(self, table: Name) -> bool:
        """Whether it has read the whole table."""
        return any(scan.table == table for scan in self.scans)

    def knew(self, row: Row) -> bool:
        """Whether an object was there before."""
        return row.key in self.known

    @property
    def concurrent(self) -> bool:
        """Whether it says `concurrently`, and stands where that counts."""
        return self.alone and "concurrently" in self.text.lower()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One migration as it ran on the copy; tables that the run itself made are left out.

    `took_ms` is its time on empty tables, `statements` how many its file sends, `observed` what was seen of each.
    `unseen` names statements of which nobody can tell what they lock. `before` and `after` are the names of tables,
    types and schemas (see names_of()). With a `failure` its transaction was rolled back, and none came after it.
    """

    label: str
    place: Place | None
    took_ms: float
    statements: int
    locks: tuple[TableLock, ...] = ()
    rewrites: tuple[Name, ...] = ()
    indexes: tuple[BuiltIndex, ...] = ()
    unseen: tuple[str, ...] = ()
    failure: StepFailed | None = None
    observed: tuple[Observed, ...] = ()
    before: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    after: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal of all that a plan would do.

    `findings` are what is dangerous on the original, given the `sizes` of its tables. `server` and `client` say where
    the copy was and what made it, `notes` how it differs; `left_out` are migrations that were not tried after one that
    failed.
    """

    migrations: tuple[Rehearsed, ...] = ()
    left_out: tuple[str, ...] = ()
    sizes: Mapping[Name, Size] = field(default_factory=dict)
    server: str = ""
    client: str = ""
    copy_ms: float = 0.0
    notes: tuple[str, ...] = ()
    findings: Findings = field(default_factory=Findings)

    @property
    def failed(self) -> Rehearsed | None:
        """The migration that failed."""
        return next((one for one in self.migrations if one.failure is not None), None)


def shown(name: Name) -> str:
    """`public.orders`."""
    return f"{name[0]}.{name[1]}"
