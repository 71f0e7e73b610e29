"""What another tool's ledger says, and how a tool describes its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from pytest_nself.core.names import ObjectRef, quote_identifier, quote_qualified
from pytest_nself.core.plan import Seen

_LARGEST_VERSION = 2**63 - 1
_DIGITS = re.compile(r"0*([0-9]{1,19})", re.ASCII)

# The letters of pg_type.typcategory.
TEXT, NUMBER, BOOLEAN, TIME, ARRAY, OTHER = "S", "N", "B", "D", "A", "U"


class MatchBy(Enum):
    """What ties a tool's row to a file.

    VERSION        each row is one applied version
    UP_TO_VERSION  the row is the highest applied version, and all below it are applied
    FILE_NAME      the row's key is the name of a file or folder
    DRIZZLE        the row holds a file's sha256 and its `when`
    NOTHING        the tool's migrations are not SQL files that could be matched
    """

    VERSION = "version"
    UP_TO_VERSION = "up to version"
    FILE_NAME = "file name"
    DRIZZLE = "drizzle"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """One row: `key` is what the tool calls the migration.

    `version` is None where the key is no number that a migration can have; drizzle's is its `created_at` (ms). A dirty
    row was begun and has no recorded end.
    """

    key: str
    version: int | None = None
    dirty: bool = False
    applied_at: datetime | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignLedger:
    """One table of another tool.

    `note` says what a reader must know, also why there are no rows where it is not `readable`. `source` is the name
    that Hasura gives to the database that the rows are about; None for any other tool. `seen` binds a plan to the rows.
    """

    tool: str
    schema: str
    table: str
    rows: tuple[ForeignRow, ...] = ()
    note: str = ""
    by: MatchBy = MatchBy.NOTHING
    readable: bool = True
    source: str | None = None
    columns: frozenset[str] = frozenset()
    seen: Seen | None = None

    @property
    def quoted(self) -> str:
        """The table's name as SQL."""
        return quote_qualified(self.schema, self.table)

    def ref(self, row: ForeignRow | None = None) -> ObjectRef:
        """The table, or one row of it, as the subject of a finding."""
        return ObjectRef("table", self.schema, self.table, row.key if row is not None else None)

    def __str__(self) -> str:
        of = f" (database {self.source})" if self.source is not None else ""
        return f"{self.tool}'s {self.schema}.{self.table}{of}"


@dataclass(frozen=True, slots=True)
class Found:
    """A table whose name is that of a ledger: `columns` by name with the category of their type.

    `beside` are the tables of the same schema that tell tools apart.
    """

    schema: str
    table: str
    columns: Mapping[str, str]
    beside: frozenset[str] = frozenset()

    @property
    def quoted(self) -> str:
        """The table's name as SQL."""
        return quote_qualified(self.schema, self.table)

    def has(self, **columns: str) -> bool:
        """Whether the columns are there, each with a type of that category."""
        return all(self.columns.get(name) == category for name, category in columns.items())

    def text(self, column: str) -> str:
        """SQL for the column as text, or for null where there is no such column."""
        return f"{quote_identifier(column)}::text" if column in self.columns else "null::text"

    def epoch(self, column: str) -> str:
        """SQL for a point in time as seconds since 1970, or for null."""
        if self.columns.get(column) != TIME:
            return "null::float8"
        return f"extract(epoch from {quote_identifier(column)}::timestamptz)::float8"

    def rows(
        self,
        *,
        key: str,
        version: str = "null::text",
        dirty: str = "false",
        sha: str = "null::text",
        applied: str = "applied_at",
        where: str = "true",
        relation: str = "",
    ) -> str:
        """The query of a table with one row per migration; all but `applied`, a column's name, is SQL.

        `relation` stands for the table itself where it is read through a subquery.
        """
        return (
            f"select null::text as source, {key} as key, {version} as version, {dirty} as dirty,"
            f" {sha} as hash, {self.epoch(applied)} as applied from {relation or self.quoted} l where {where}"
        )


@dataclass(frozen=True, slots=True)
class Tool:
    """How to know a tool's ledger and to read it.

    `tables` are the names it may have, in `schema` alone where there is one. `recognise` tells by its shape whether it
    is this tool's; no two tools recognise the same table. `rows` gives the query, with the columns `source`, `key`,
    `version`, `dirty`, `hash`, `applied` (see `Found.rows`). `beside` is a table that tells it apart from another's.
    """

    name: str
    tables: tuple[str, ...]
    recognise: Callable[[Found], bool]
    rows: Callable[[Found], str]
    by: MatchBy = MatchBy.NOTHING
    note: str = ""
    schema: str | None = None
    beside: str | None = None


def version_of(text: str | None) -> int | None:
    """The number that `text` is, leading zeros aside; None if no migration can have it as its version."""
    match = _DIGITS.fullmatch(text or "")
    number = int(match.group(1)) if match else None
    return number if number is not None and number <= _LARGEST_VERSION else None
