"""What a comparison of a folder with another tool's ledger comes to."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.migrations.migration import Migration, Migrations

from .ledger import ForeignLedger, ForeignRow


@dataclass(frozen=True, slots=True)
class Adoption:
    """Which of the folder's migrations a ledger says are applied, by ascending version.

    `unknown` are rows that no file matches. `dirty` are rows that were begun and have no recorded end; their migrations
    are not among `applied`. `passed_over` are migrations that drizzle will never run, since a later one is applied, and
    that it never ran: it has no row of them.
    """

    applied: tuple[Migration, ...] = ()
    unknown: tuple[ForeignRow, ...] = ()
    dirty: tuple[ForeignRow, ...] = ()
    passed_over: tuple[Migration, ...] = ()
    findings: Findings = field(default_factory=Findings)


@dataclass(slots=True)
class Comparison:
    """One comparison under way."""

    migrations: Migrations
    ledger: ForeignLedger
    passed_over: list[Migration] = field(default_factory=list)
    _applied: set[str] = field(default_factory=set)
    _unknown: list[ForeignRow] = field(default_factory=list)
    _dirty: list[ForeignRow] = field(default_factory=list)
    _findings: list[Finding] = field(default_factory=list)

    def find(
        self,
        rule: str,
        severity: Severity,
        message: str,
        remedy: str = "",
        *,
        row: ForeignRow | None = None,
        migration: Migration | None = None,
    ) -> None:
        """Note a finding about a row, or about the ledger as a whole; `migration` is the file that it names."""
        place = migration.place if migration is not None else None
        subject = self.ledger.ref(row)
        self._findings.append(Finding(f"adoption-{rule}", severity, subject, message, remedy, place=place))

    def is_applied(self, migration: Migration) -> None:
        """The ledger says so."""
        self._applied.add(migration.place.path)

    def row_of(self, row: ForeignRow, migration: Migration | None, hint: str = "") -> None:
        """Settle a row that is the migration's, or nobody's; `hint` is a sentence for a row that is nobody's."""
        if row.dirty:
            self._is_dirty(row, migration)
        elif migration is not None:
            self.is_applied(migration)
        else:
            self._is_unknown(row, hint)

    def _is_dirty(self, row: ForeignRow, migration: Migration | None) -> None:
        self._dirty.append(row)
        of = f" ({migration})" if migration is not None else ""
        self.find(
            "dirty",
            Severity.ERROR,
            f"{self.ledger} marks {row.key}{of} as begun and not ended.",
            "look what stands in the database, complete it or undo it by hand, and correct the row",
            row=row,
            migration=migration,
        )

    def _is_unknown(self, row: ForeignRow, hint: str) -> None:
        self._unknown.append(row)
        message = f"{self.ledger} has {row.key}, and no file in {self.migrations.folder} matches it."
        self.find(
            "unknown-row",
            Severity.WARNING,
            f"{message} {hint}".rstrip(),
            "restore the file from version control, or leave the row to its tool",
            row=row,
        )

    def adoption(self) -> Adoption:
        """The outcome."""
        return Adoption(
            tuple(one for one in self.migrations if one.place.path in self._applied),
            tuple(self._unknown),
            tuple(self._dirty),
            tuple(self.passed_over),
            Findings(self._findings),
        )
