"""drizzle's own row, written and removed with ours, so that drizzle's migrator agrees with our ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.names import quote_identifier, quote_literal, quote_qualified
from pytest_nself.core.place import Place
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement
from pytest_nself.migrations.migration import DrizzleEntry, Migration, Migrations

from .drizzle import folder_name
from .ledger import ForeignLedger, MatchBy
from .matching import match

SCHEMA, TABLE = "drizzle", "__drizzle_migrations"
"""Where drizzle keeps its rows unless its configuration says otherwise."""

_COLUMNS = ("id", "hash", "created_at")
_NEWER_COLUMNS = ("name", "applied_at")


def drizzle_ledger(migrations: Migrations, ledgers: Iterable[ForeignLedger]) -> ForeignLedger | None:
    """Which of the database's ledgers of drizzle is the folder's; None where it is still to be made.

    It is the one with rows of this folder, else the one at drizzle's usual place, else an empty one, else one that may
    not be read. A ledger that has only another folder's rows is another app's. Raises MigrationError where two have
    rows of this folder.
    """
    ours = [one for one in ledgers if one.by is MatchBy.DRIZZLE]
    usual = next((one for one in ours if (one.schema, one.table) == (SCHEMA, TABLE)), None)
    matching = [one for one in ours if match(migrations, one).applied]
    if len(matching) > 1 and usual not in matching:
        names = ", ".join(f"{one.schema}.{one.table}" for one in matching)
        raise MigrationError(
            f"Two ledgers of drizzle have rows of {migrations.folder}: {names}.",
            "Only one of them is the folder's, and nothing says which.",
            "drop the one that is not in use",
        )
    if matching:
        return usual if usual in matching else matching[0]
    empty = [one for one in ours if one.readable and not one.rows]
    unreadable = [one for one in ours if not one.readable]
    return usual or (empty[0] if len(empty) == 1 else None) or (unreadable[0] if unreadable else None)


def mirrored_ledger(migration: Migration) -> ForeignLedger:
    """The ledger that `mirror_applied(migration, None)` makes: what it is to be told for the migrations after it."""
    columns = _COLUMNS + (_NEWER_COLUMNS if folder_name(migration) is not None else ())
    return ForeignLedger("drizzle", SCHEMA, TABLE, by=MatchBy.DRIZZLE, columns=frozenset(columns))


def mirror_applied(migration: Migration, ledger: ForeignLedger | None) -> tuple[Statement, ...]:
    """The statement that writes drizzle's row, if it is not there; it makes the table where `ledger` is None.

    For the transaction of the migration, after what resets its session. Nothing for a folder that is not drizzle's.
    """
    entry = migration.drizzle
    if entry is None:
        return ()
    texts = []
    if ledger is None:
        ledger = mirrored_ledger(migration)
        texts.append(_make(ledger))
    _check(ledger)
    name = _name(migration, ledger)
    columns, values = ["hash", "created_at"], [quote_literal(entry.hash), str(entry.when)]
    if name is not None:
        columns.append("name")
        values.append(quote_literal(name))
    texts.append(
        f"insert into {ledger.quoted} ({', '.join(columns)})\nselect {', '.join(values)}\n"
        f"where not exists (select from {ledger.quoted} where {_is_there(entry, name)});"
    )
    return (_statement(f"tell drizzle of {migration}", texts, migration),)


def mirror_forgotten(migration: Migration, ledger: ForeignLedger | None) -> tuple[Statement, ...]:
    """The statement that removes drizzle's row; nothing where drizzle has no ledger."""
    entry = migration.drizzle
    if entry is None or ledger is None:
        return ()
    _check(ledger)
    text = f"delete from {ledger.quoted} where {_is_gone(migration, entry, ledger)};"
    return (_statement(f"take {migration} from drizzle", [text], migration),)


@dataclass(slots=True)
class Mirror:
    """drizzle's ledger while a plan is made: what the plan's earlier statements make of it is there for the later."""

    ledger: ForeignLedger | None = None

    def applied(self, migration: Migration) -> str:
        """The SQL that goes before our own row is written; empty for a folder that is not drizzle's."""
        statements = mirror_applied(migration, self.ledger)
        if statements and self.ledger is None:
            self.ledger = mirrored_ledger(migration)
        return "".join(f"{one.sql.text}\n" for one in statements)

    def forgotten(self, migration: Migration) -> str:
        """The SQL that goes before our own row is removed."""
        return "".join(f"{one.sql.text}\n" for one in mirror_forgotten(migration, self.ledger))


def _make(ledger: ForeignLedger) -> str:
    newer = "name" in ledger.columns
    columns = ["id serial primary key", "hash text not null", "created_at bigint"]
    if newer:
        columns += ["name text", "applied_at timestamp with time zone default now()"]
    return (
        f"create schema if not exists {quote_identifier(ledger.schema)};\n"
        f"create table if not exists {quote_qualified(ledger.schema, ledger.table)} (\n  "
        + ",\n  ".join(columns)
        + "\n);"
    )


def _name(migration: Migration, ledger: ForeignLedger) -> str | None:
    """What stands in the column `name`; None where there is no such column, or the layout is the older one."""
    return folder_name(migration) if "name" in ledger.columns else None


def _is_there(entry: DrizzleEntry, name: str | None) -> str:
    exact = f"hash = {quote_literal(entry.hash)} and created_at = {entry.when}"
    return exact if name is None else f"name = {quote_literal(name)}"


def _is_gone(migration: Migration, entry: DrizzleEntry, ledger: ForeignLedger) -> str:
    """What a removed row looks like: drizzle goes by name, else by `when`, and an edited file has another hash."""
    name = _name(migration, ledger)
    sha = quote_literal(entry.hash)
    if folder_name(migration) is None:
        exact = f"select from {ledger.quoted} where created_at = {entry.when} and hash = {sha}"
        return f"created_at = {entry.when}\nand (hash = {sha} or not exists ({exact}))"
    # Rows that an older drizzle wrote have milliseconds, where the folder's name has seconds.
    older = f"hash = {sha} and created_at / 1000 = {entry.when // 1000}"
    return older if name is None else f"name = {quote_literal(name)} or (name is null and {older})"


def _check(ledger: ForeignLedger) -> None:
    if not ledger.readable:
        raise MigrationError(
            f"{ledger} cannot be kept in step.",
            f"{ledger.note[:1].upper()}{ledger.note[1:]}.",
            f"grant select, insert, delete on {ledger.quoted} and usage on its schema, or connect as its owner",
        )


def _statement(title: str, texts: list[str], migration: Migration) -> Statement:
    return Statement(title, Sql("\n".join(texts)), place=Place(migration.place.path))
