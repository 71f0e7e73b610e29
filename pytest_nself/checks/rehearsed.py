"""What a rehearsal saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_nself.core.errors import StepFailed
from pytest_nself.core.finding import Findings
from pytest_nself.core.place import Place

from .relations import Name
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
    """The strongest lock that a migration took on a table, in PostgreSQL's words.

    `documented`: it was gone before anybody could look, and this is what PostgreSQL's documentation says of it.
    """

    table: Name
    mode: str
    documented: bool = False

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
class Rehearsed:
    """One migration as it ran on the copy; tables that the run itself made are left out.

    `took_ms` is its time on empty tables, `statements` how many its file sends. `unseen` names statements of which
    nobody can tell what they lock. With a `failure` its transaction was rolled back, and none came after it.
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
