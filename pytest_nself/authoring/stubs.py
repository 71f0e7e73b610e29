"""Stand-ins for tables that a schema.dbml points to and does not define, so that its references can be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.fact import Catalog
from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef, spell_identifier, spell_qualified
from pytest_nself.schema.model import PUBLIC, Key, Schema
from pytest_nself.schema.problems import IGNORED, MISSING, nearest
from pytest_nself.schema.validation import MissingTarget, missing_targets

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Stubs:
    """The tables to stand in for, with the columns that are pointed to; `types` are those of their columns.

    `findings` tell of targets that are nowhere.
    """

    columns: Mapping[Key, tuple[tuple[str, ...], ...]]
    types: Mapping[tuple[Key, str], str]
    findings: tuple[Finding, ...]
    absent: frozenset[Key]

    def create(self, connection: psycopg.Connection[Any]) -> Iterator[tuple[Key, str]]:
        """Make them, each with a unique constraint per reference; yields those that could not be, and why."""
        from psycopg import DatabaseError

        for key, keys in self.columns.items():
            try:
                with connection.transaction():
                    connection.execute(f"create schema if not exists {spell_identifier(key[0])}".encode())
                    connection.execute(self._table(key, keys).encode())
            except DatabaseError as error:
                yield key, error.diag.message_primary or str(error).strip()

    def _table(self, key: Key, keys: tuple[tuple[str, ...], ...]) -> str:
        names = dict.fromkeys(column for columns in keys for column in columns)
        parts = [f"{spell_identifier(column)} {self.types[key, column]}" for column in names]
        parts += [f"unique ({', '.join(map(spell_identifier, columns))})" for columns in keys]
        return f"create table {spell_qualified(*key)} ({', '.join(parts)})"


def stubs_for(schema: Schema, elsewhere: Catalog | None) -> Stubs:
    """What stands elsewhere of what the schema points to; without a catalog nothing does."""
    columns: dict[Key, dict[tuple[str, ...], None]] = {}
    types: dict[tuple[Key, str], str] = {}
    findings: list[Finding] = []
    absent: set[Key] = set()
    for target in missing_targets(schema):
        key = (target.schema or PUBLIC, target.table)
        if elsewhere is None or ObjectRef("table", *key) not in elsewhere.entries:
            findings.append(target.finding)
            absent.add(key)
            continue
        lacking = [one for one in target.columns if ObjectRef("column", *key, one) not in elsewhere.entries]
        findings += _lacking(target, key, lacking, elsewhere)
        if lacking:
            absent.add(key)
            continue
        columns.setdefault(key, {})[target.columns] = None
        for one in target.columns:
            types[key, one] = str(elsewhere.entries[ObjectRef("column", *key, one)]["type"])
    findings += _not_ours(schema, set(columns))
    return Stubs({key: tuple(keys) for key, keys in columns.items()}, types, tuple(findings), frozenset(absent))


def _lacking(target: MissingTarget, key: Key, lacking: list[str], elsewhere: Catalog) -> Iterator[Finding]:
    known = [ref.part for ref in elsewhere.entries if ref[:3] == ("column", *key) and ref.part is not None]
    for one in lacking:
        message = f'column "{one}", which a reference names, does not exist in table "{".".join(key)}" of the database'
        yield Finding(MISSING, Severity.ERROR, target.finding.subject, message, nearest(one, known), place=target.place)


def _not_ours(schema: Schema, stubs: set[Key]) -> Iterator[Finding]:
    """A key of a table that the file does not define cannot be made by it."""
    for ref in schema.refs:
        ends = ref.foreign_key
        if ends is not None and not ref.inactive and ends[0].key in stubs:
            message = f'the foreign key of this reference belongs to table "{ends[0].table}", which is not in this file'
            remedy = "nothing is made of it: define the table here, or take the reference out"
            subject = ObjectRef("table", *ends[0].key)
            yield Finding(IGNORED, Severity.WARNING, subject, message, remedy, place=ref.place)
