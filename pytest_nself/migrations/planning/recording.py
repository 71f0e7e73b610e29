"""The statements that write the ledger: each ends a transaction, and none depends on what a migration left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pytest_nself.core.names import quote_identifier, quote_literal
from pytest_nself.core.place import Place
from pytest_nself.core.sql import COMMIT_AFTER, Sql
from pytest_nself.core.step import Statement, Step
from pytest_nself.core.version import __version__
from pytest_nself.migrations.foreign.mirror import Mirror
from pytest_nself.migrations.ledger import OWN_COLUMNS, Ledger, LedgerTable, Progress
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM, DOWN, UP, Migration

PREPARE_LEDGER = "prepare the ledger"
"""The title of the step that makes the tables."""

_RECORD, _FORGET = "record ", "forget "
_GUARD, _GUARD_AGAIN = "see that nobody else is at ", "see that nobody else went on with "

_LOG_COLUMNS = (
    "action, version, name, checksum, took_ms, done_by, tool_version, environment, note"  # in the order of _logged()
)

# What a migration leaves behind in its session must not reach the ledger row, nor the next migration.
_RESET_SESSION = "set constraints all immediate;\nreset session authorization;\nreset role;\nreset all;\n"
# Plain DDL makes no temporary table unless it says so; looking for them costs as much as the migration's own row.
_MAY_LEAVE_TEMPORARY = re.compile(r"(?i)temp|\b(?:select|do|call|execute|insert|update|delete|merge|refresh)\b")
# Only where they are named: a connection that the caller lent us may have some of its own.
_MAY_PREPARE = re.compile(r"(?i)\bprepare\b")
_MAY_LOCK = re.compile(r"(?i)pg_(?:try_)?advisory_lock")


@dataclass(frozen=True, slots=True)
class Recording:
    """Where rows are written, and what they say of this run."""

    table: LedgerTable
    tool_version: str
    environment: str | None = None
    mirror: Mirror = field(default_factory=Mirror)

    @classmethod
    def of(cls, ledger: Ledger, environment: str | None) -> Recording:
        """For a plan on this ledger."""
        return cls(ledger.table, __version__, environment, Mirror(ledger.drizzle))

    def guard(self, migration: Migration, expected: Progress | None, *, applied: bool = False) -> Statement:
        """The first statement of a transaction: nobody else writes until it ends, and the ledger is as the plan saw it.

        Expected is no row, a row that is half-way at `expected`, or, with `applied`, a row that is not half-way.
        """
        version, changed = f"l.version = {migration.version}", "'changed in the ledger: version '"
        # A row comes only if something is wrong, and its text is no number.
        if expected is None and not applied:
            look = f"select ({changed} || l.version)::integer from {self.table.quoted} l where {version};"
        else:
            state = "not l.dirty" if expected is None else f"l.dirty and l.progress = {quote_literal(str(expected))}"
            look = (
                f"select ({changed} || {migration.version} + count(*))::integer from {self.table.quoted} l"
                f" where {version} and {state} having count(*) = 0;"
            )
        text = f"lock table {self.table.quoted} in share row exclusive mode;\n{look}"
        return Statement(f"{_GUARD if expected is None else _GUARD_AGAIN}{migration}", Sql(text))

    def applied(self, migration: Migration, *, began: Progress | None = None, timed: bool = True) -> Statement:
        """The row that says the migration is applied; with `began` there is a row already."""
        took = _took("applied_at" if began else "pg_catalog.now()") if timed else "null::bigint"
        if began is None:
            change = f"insert into {self.table.quoted} ({self._columns()})\nvalues ({self._values(migration, took)});"
        else:
            # What was not done yet may have been edited since the row was written.
            change = (
                f"update {self.table.quoted} set dirty = false, progress = null, took_ms = {took},"
                f" name = {quote_literal(migration.name)}, checksum = {quote_literal(migration.checksum)},"
                f" checksum_algorithm = {quote_literal(CHECKSUM_ALGORITHM)} where version = {migration.version};"
            )
        text = f"{_reset(migration.up)}{self.mirror.applied(migration)}{change}"
        return Statement(f"{_RECORD}{migration}", Sql(text, COMMIT_AFTER), place=_file_of(migration))

    def taken_back(self, migration: Migration, *, began: Progress | None = None) -> Statement:
        """The row goes; the log keeps that it was there, and that it went."""
        took = _took("pg_catalog.now()") if began is None else "null::bigint"
        ours = f"{quote_literal(self.tool_version)}, {_literal(self.environment)}"
        text = (
            f"{_reset(migration.down or '')}{self.mirror.forgotten(migration)}"
            f"with gone as (delete from {self.table.quoted} where version = {migration.version} returning *)\n"
            f"insert into {self.table.quoted_log} (done_at, {_LOG_COLUMNS})\n"
            "select coalesce(applied_at, '-infinity'), 'applied', version, name, checksum, took_ms, applied_by,"
            " tool_version, environment, null from gone\n"
            "union all select pg_catalog.clock_timestamp(), 'taken back', version, name, checksum,"
            f" {took}, session_user, {ours}, null from gone;"
        )
        return Statement(f"{_FORGET}{migration}", Sql(text, COMMIT_AFTER), place=_file_of(migration))

    def progress(self, migration: Migration, progress: Progress, *, first: bool = False) -> Statement:
        """How far a migration is that does not run in one transaction."""
        said = quote_literal(str(progress))
        if first and progress.direction == UP:
            values = self._values(migration, "null", dirty=True, progress=said)
            change = f"insert into {self.table.quoted} ({self._columns()})\nvalues ({values});"
        else:
            change = (
                f"update {self.table.quoted} set dirty = true, progress = {said} where version = {migration.version};"
            )
        title = f"note that part {progress.part} of {migration} is {progress.state}"
        return Statement(title, Sql(f"{_RESET_SESSION}{change}", COMMIT_AFTER), place=_file_of(migration))

    def refused(self, migration: Migration, begun: Progress, refused: Progress) -> str:
        """The SQL that notes of a part that was begun that the server has refused it."""
        return (
            f"{_RESET_SESSION}update {self.table.quoted} set progress = {quote_literal(str(refused))}"
            f" where version = {migration.version} and dirty and progress = {quote_literal(str(begun))};"
        )

    def adopted(self, migration: Migration, note: str = "") -> str:
        """The SQL that records a migration as applied which was not run by this."""
        return self.mirror.applied(migration) + (
            f"insert into {self.table.quoted} ({self._columns()})\nvalues ({self._values(migration, 'null')});\n"
            + self.log("recorded", migration.version, migration.name, note, migration.checksum)
        )

    def log(self, action: str, version: int, name: str | None, note: str = "", checksum: str | None = None) -> str:
        """The SQL that writes one line into the log, for what is done to the ledger alone."""
        values = (
            quote_literal(action),
            str(version),
            _literal(name),
            _literal(checksum),
            "null",
            "session_user",
            quote_literal(self.tool_version),
            _literal(self.environment),
            _literal(note or None),
        )
        return f"insert into {self.table.quoted_log} ({_LOG_COLUMNS})\nvalues ({', '.join(values)});"

    def _columns(self) -> str:
        return ", ".join(["version", "dirty", *OWN_COLUMNS])

    def _values(self, migration: Migration, took: str, *, dirty: bool = False, progress: str = "null") -> str:
        return ", ".join(
            (
                str(migration.version),
                "true" if dirty else "false",
                quote_literal(migration.name),
                quote_literal(migration.checksum),
                quote_literal(CHECKSUM_ALGORITHM),
                "pg_catalog.clock_timestamp()",
                took,
                "session_user",
                quote_literal(self.tool_version),
                _literal(self.environment),
                _literal(migration.way(DOWN).checksum if migration.down is not None else None),
                progress,
            )
        )


def _reset(text: str) -> str:
    """What makes the session as it was before the migration."""
    return (
        _RESET_SESSION
        + ("discard temporary;\n" if _MAY_LEAVE_TEMPORARY.search(text) else "")
        + ("deallocate all;\n" if _MAY_PREPARE.search(text) else "")
        + ("select pg_catalog.pg_advisory_unlock_all();\n" if _MAY_LOCK.search(text) else "")
    )


def plan_ledger(ledger: Ledger) -> tuple[Statement, ...]:
    """What makes the ledger ready to be written to: nothing where it already is."""
    missing = [(name, kind) for name, kind in OWN_COLUMNS.items() if name not in ledger.columns]
    table = ledger.table
    texts = []
    if not ledger.schema_exists:
        texts.append(f"create schema if not exists {quote_identifier(table.schema)};")
    if not ledger.exists:
        columns = ["version bigint primary key", "dirty boolean not null default false"]
        columns += [f"{quote_identifier(name)} {kind}" for name, kind in missing]
        texts.append(f"create table if not exists {table.quoted} (\n  " + ",\n  ".join(columns) + "\n);")
    elif missing:
        added = ", ".join(f"add column if not exists {quote_identifier(name)} {kind}" for name, kind in missing)
        texts.append(f"alter table {table.quoted} {added};")
    if not ledger.log_exists:
        texts.append(
            f"create table if not exists {table.quoted_log} (\n"
            "  id bigint generated always as identity primary key,\n"
            "  done_at timestamp with time zone not null default pg_catalog.clock_timestamp(),\n"
            "  action text not null,\n  version bigint not null,\n  name text,\n  checksum text,\n  took_ms bigint,\n"
            "  done_by text,\n  tool_version text,\n  environment text,\n  note text\n);"
        )
    return (Statement(PREPARE_LEDGER, Sql("\n".join(texts), COMMIT_AFTER)),) if texts else ()


def recorded_by(step: Step) -> str | None:
    """The label of the migration that the step records or forgets; None for any other step."""
    for start in (_RECORD, _FORGET):
        if isinstance(step, Statement) and step.sql.transaction is COMMIT_AFTER and step.title.startswith(start):
            return step.title.removeprefix(start)
    return None


def guarded_by(step: Step | None) -> str | None:
    """The label of the migration that the step guards; None for any other step."""
    for start in (_GUARD, _GUARD_AGAIN):
        if isinstance(step, Statement) and step.title.startswith(start):
            return step.title.removeprefix(start)
    return None


def begins_anew(step: Step) -> bool:
    """Whether the step is the first of a migration of which nothing is done yet."""
    return isinstance(step, Statement) and step.title.startswith(_GUARD)


def _took(since: str) -> str:
    return f"(1000 * pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - {since}))::bigint"


def _literal(text: str | None) -> str:
    return "null" if text is None else quote_literal(text)


def _file_of(migration: Migration) -> Place:
    return Place(migration.place.path)
