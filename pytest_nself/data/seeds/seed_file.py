"""A seed as a value: one file, for which environments it is, and what its headers say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from pytest_nself.core.errors import NselfError
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place


class SeedError(NselfError):
    """A seed is wrong, or failed; carries its place."""


class SeedKind(Enum):
    """How the rows of a seed are written."""

    SQL = "sql"
    JSON = "json"
    YAML = "yaml"
    PYTHON = "python"
    SCRIPT = "script"

    @property
    def has_rows(self) -> bool:
        """Whether the file declares rows, which become upserts."""
        return self in (SeedKind.JSON, SeedKind.YAML, SeedKind.PYTHON)


KINDS = {
    ".sql": SeedKind.SQL,
    ".json": SeedKind.JSON,
    ".yml": SeedKind.YAML,
    ".yaml": SeedKind.YAML,
    ".py": SeedKind.PYTHON,
    **dict.fromkeys((".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"), SeedKind.SCRIPT),
}
"""What a file is, by the end of its name."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """`-- +seed:depends-on FILE`, and where it says so."""

    file: str
    place: Place


@dataclass(frozen=True, slots=True)
class Marks:
    """What the headers of a file say; `environments` in canonical form, None where none says any."""

    environments: frozenset[str] | None = None
    idempotent: bool = False
    destructive: bool = False
    generated: bool = False
    depends_on: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedFile:
    """One file. `name` is its path below the folder of seeds; `environments` is None where it is for all of them.

    `path` is where it is read from and how it is shown. `number` is its prefix; `text` what it holds.
    """

    name: str
    path: str
    kind: SeedKind
    environments: frozenset[str] | None
    number: int | None
    marks: Marks
    checksum: str
    text: str = field(repr=False)

    def counts_in(self, environment: str) -> bool:
        """Whether it is for this environment (canonical name)."""
        return self.environments is None or environment in self.environments

    @property
    def declares_rows(self) -> bool:
        """Whether its rows are known from the file alone, the same in every database."""
        return self.kind.has_rows and not (self.kind is SeedKind.PYTHON and self.marks.generated)

    @property
    def place(self) -> Place:
        """Its first line."""
        return Place(self.path, 1)

    @property
    def ref(self) -> ObjectRef:
        """What a finding about it names."""
        return ObjectRef("seed", None, self.name)

    @property
    def tags(self) -> tuple[str, ...]:
        """The environments as they are shown."""
        return ("all",) if self.environments is None else tuple(sorted(self.environments))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Seeds:
    """All seeds of a project, and what was found on the way. `folder` is None where there is none."""

    folder: str | None = None
    files: tuple[SeedFile, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[SeedFile]:
        return iter(self.files)

    def of(self, environment: str) -> tuple[SeedFile, ...]:
        """Those that count in an environment: what all share, then its own."""
        found = [one for one in self.files if one.counts_in(environment)]
        return tuple(sorted(found, key=lambda one: one.environments is not None))

    def raise_errors(self) -> None:
        """Raise SeedError for the first file that cannot be used."""
        wrong = [one for one in self.findings if one.severity is Severity.ERROR]
        if wrong:
            first = wrong[0]
            more = f"{len(wrong) - 1} more: nself db seed list" if len(wrong) > 1 else ""
            raise SeedError(first.message, more, first.remedy, place=first.place)
