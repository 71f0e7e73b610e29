"""A migration: one version, the SQL that applies it and, where there is one, the SQL that takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

UP, DOWN = "up", "down"

CHECKSUM_ALGORITHM = "sha256-up-1"
"""sha256 in hex over the up text as UTF-8, CRLF read as LF, without a byte order mark.

For a file that holds nothing but the up this is the file's own sha256, as any tool computes it.
"""


def checksum(up: str) -> str:
    """The checksum of an up text; see CHECKSUM_ALGORITHM."""
    return sha256(up.encode()).hexdigest()


def label_of(version: int | str, name: str | None) -> str:
    """`7_add_users`, as far as there is a name."""
    return f"{version}_{name}" if name else str(version)


def counted(number: int) -> str:
    """`1 migration`, `2 migrations`."""
    return "1 migration" if number == 1 else f"{number} migrations"


class Directives(NamedTuple):
    """What a file says of itself in its header.

    Timeouts are in milliseconds, 0 is without limit and None the runner's default; `down_…` is what counts for the
    down. `irreversible` is the reason why there is no way back. `depends_on` names migrations that must come first: a
    version, a name, or `version_name`.
    """

    no_transaction: bool = False
    down_no_transaction: bool = False
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    irreversible: str | None = None
    depends_on: tuple[str, ...] = ()
    down_lock_timeout_ms: int | None = None
    down_statement_timeout_ms: int | None = None


class Way(NamedTuple):
    """One direction of a migration: its SQL, where it begins, and what the header says of it."""

    text: str
    place: Place
    no_transaction: bool
    lock_timeout_ms: int | None
    statement_timeout_ms: int | None

    @property
    def checksum(self) -> str:
        """The checksum of this direction's text."""
        return checksum(self.text)


class DrizzleEntry(NamedTuple):
    """What drizzle's own ledger says of a migration: the sha256 of its file as it stands, and its `when` (ms).

    `name` is the folder's name, which the ledger of drizzle 1 holds; empty where a journal lists the files.
    """

    hash: str
    when: int
    name: str = ""


class Migration(NamedTuple):
    """`up` and `down` are the SQL as it is sent; `place` and `down_place` say where each begins in its file.

    A down that holds no statement, such as one that is still to be written, is None and has its place.

    `version` orders migrations and stands in the ledger; `version_text` is how the file name writes it (`0007`).
    `layout` is the name of the layout that its file has; `drizzle` is there for drizzle's own layouts alone.
    """

    version: int
    version_text: str
    name: str
    up: str
    down: str | None
    place: Place
    down_place: Place | None = None
    directives: Directives = Directives()
    layout: str = ""
    drizzle: DrizzleEntry | None = None

    def way(self, direction: str) -> Way:
        """The up or the down; a down that is not there is an empty text."""
        said = self.directives
        if direction == UP:
            return Way(self.up, self.place, said.no_transaction, said.lock_timeout_ms, said.statement_timeout_ms)
        place = self.down_place or self.place
        timeouts = said.down_lock_timeout_ms, said.down_statement_timeout_ms
        return Way(self.down or "", place, said.down_no_transaction, *timeouts)

    @property
    def label(self) -> str:
        """`0007_add_users`, as the file name has it."""
        return label_of(self.version_text, self.name)

    @property
    def checksum(self) -> str:
        """The checksum of the up; see CHECKSUM_ALGORITHM."""
        return checksum(self.up)

    @property
    def ref(self) -> ObjectRef:
        """The migration as the subject of a finding."""
        return ObjectRef("migration", None, self.label)

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Migrations:
    """What a folder holds: `migrations` by ascending version, and what was found on the way."""

    folder: str
    migrations: tuple[Migration, ...] = ()
    findings: Findings = field(default_factory=Findings)

    def __len__(self) -> int:
        return len(self.migrations)

    def __iter__(self) -> Iterator[Migration]:
        return iter(self.migrations)

    def named(self, version: int) -> Migration:
        """The migration of this version. Raises MigrationError where no file has it."""
        for one in self.migrations:
            if one.version == version:
                return one
        last = ", ".join(one.version_text for one in self.migrations[-5:]) or "none"
        raise MigrationError(
            f"There is no migration with version {version}.",
            f"The last versions in {self.folder}: {last}.",
            "name one of the versions that `nself db migrate status` lists",
        )

    @property
    def fingerprint(self) -> str:
        """sha256 over everything that applying the migrations depends on."""
        digest = sha256()
        for one in self.migrations:
            digest.update(repr((one.version, one.label, one.up, one.directives)).encode())
        return digest.hexdigest()

    def raise_errors(self) -> None:
        """Raise MigrationError if a file cannot be used: a folder is applied as a whole or not at all."""
        errors = self.findings.at_least(Severity.ERROR)
        if not errors:
            return
        first = errors[0]
        more = [str(finding) for finding in errors[1:20]]
        if len(errors) > 20:
            more.append(f"and {len(errors) - 20} more")
        cause = "Nothing was sent to the database: a folder with errors is not applied in part."
        if more:
            cause += "\nAlso:\n" + "\n".join(f"  {line}" for line in more)
        raise MigrationError(first.message, cause, first.remedy, place=first.place)
