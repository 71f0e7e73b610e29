"""Types judged by the server, which alone knows them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import spell_identifier, spell_qualified
from pytest_nself.schema.ddl import Design
from pytest_nself.schema.extensions import Needed, needed_extensions
from pytest_nself.schema.model import Column, Table
from pytest_nself.schema.pieces import reference
from pytest_nself.schema.types import extension_of, is_serial, suggest_type

if TYPE_CHECKING:
    import psycopg

TYPE = "dbml-type"
EXTENSION = "dbml-extension"

_PLAIN = re.compile(r"[\w\s.\"]+\([\w\s,'+-]*\)(?:\s*\[\d*\])*")
_NAMED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<rest>\([\w\s,]*\))?(?:\[\d*\])*", re.ASCII)
_SYNTAX = "42601"
_PSEUDO = "is a pseudo-type: no column can have it"


@dataclass(slots=True)
class Judge:
    """Asks the server about each spelling once."""

    connection: psycopg.Connection[Any]
    design: Design
    _told: dict[str, str | None] = field(default_factory=dict)

    def bad_columns(self) -> Iterator[tuple[Table, Column, str]]:
        """Each column whose type cannot be one, and what is to be said of it."""
        for table in self.design.tables:
            for column in table.columns:
                if self.design.types.own(column.type) is not None or is_serial(column.type):
                    continue
                text = self.design.types.spell(column.type)
                if text not in self._told:
                    self._told[text] = self._problem(text)
                problem = self._told[text]
                if problem is not None:
                    yield table, column, problem

    def finding(self, table: Table, column: Column, problem: str) -> Finding:
        """The finding of such a column."""
        text = self.design.types.spell(column.type)
        message = f'type "{text}" of column "{table}.{column.name}" {problem}'
        subject = reference("column", table.key, column.name)
        elsewhere = self._in_another_schema(text)
        if elsewhere is not None:
            remedy = f'Did you mean "{elsewhere}"?'
            return Finding(TYPE, Severity.ERROR, subject, message, remedy, place=column.type.place)
        extension = extension_of(text)
        if extension is not None:
            remedy = f"it comes from the extension {extension}: install that on the server"
            return Finding(EXTENSION, Severity.ERROR, subject, message, remedy, place=column.type.place)
        remedy = suggest_type(text, self.design.types.enums) if problem != _PSEUDO else "choose a type that values have"
        return Finding(TYPE, Severity.ERROR, subject, message, remedy, place=column.type.place)

    def _problem(self, text: str) -> str | None:
        from psycopg import DatabaseError

        query = "select t.typtype::text from pg_catalog.pg_type as t where t.oid = pg_catalog.to_regtype(%s)"
        try:
            with self.connection.transaction():
                row = self.connection.execute(query, [text]).fetchone()
        except (DatabaseError, ValueError):
            row = None
        if row is None:
            return self._in_its_words(text) or "does not exist"
        return _PSEUDO if row[0] == "p" else None

    def _in_another_schema(self, text: str) -> str | None:
        """The type of that name in a schema that is not looked through (`extensions.citext`)."""
        found = _NAMED.fullmatch(text)
        if found is None:
            return None
        query = """
            select n.nspname::text, t.typname::text
            from pg_catalog.pg_type as t join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
            where t.typname = pg_catalog.lower(%s) and t.typtype in ('b', 'd', 'e', 'm', 'r')
                and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
            order by n.nspname
        """
        row = self.connection.execute(query, [found["name"]]).fetchone()
        return None if row is None else spell_qualified(*row) + (found["rest"] or "")

    def _in_its_words(self, text: str) -> str | None:
        """What the server says of the arguments of a type that it knows: `varchar(0)`."""
        from psycopg import DatabaseError

        if not _PLAIN.fullmatch(text):
            return None
        try:
            with self.connection.transaction():
                # Past the simple protocol, which would take several statements at once.
                self.connection.execute(f"select null::{text}".encode(), binary=True)
        except DatabaseError as error:
            known = error.sqlstate != _SYNTAX and error.sqlstate is not None and error.sqlstate.startswith("22")
            return f"cannot be used: {error.diag.message_primary}" if known else None
        return None


def create_extensions(connection: psycopg.Connection[Any], design: Design) -> Iterator[Finding]:
    """Create what types and functions need and the server has; told as they are made."""
    for needed in _absent(connection, needed_extensions(design.schema, design.tables)):
        kind = "type" if needed.is_type else "function"
        if not _create(connection, needed.extension):
            continue  # told where its type or function is refused
        message = f'extension "{needed.extension}" is needed: the {kind} {needed.brings} comes from it'
        remedy = "nothing: it is created with the tables"
        subject = reference("extension", (None, needed.extension))
        yield Finding(EXTENSION, Severity.INFO, subject, message, remedy, place=needed.place)


def _absent(connection: psycopg.Connection[Any], needed: tuple[Needed, ...]) -> Iterator[Needed]:
    """Those that nobody brings yet, one per extension."""
    if not needed:
        return
    query = """
        select n.name
        from pg_catalog.unnest(%s::text[]) as n (name)
        where not exists (select from pg_catalog.pg_type as t where t.typname = n.name)
            and not exists (select from pg_catalog.pg_proc as p where p.proname = n.name)
    """
    absent = {name for (name,) in connection.execute(query, [[one.brings for one in needed]]).fetchall()}
    done: set[str] = set()
    for one in needed:
        if one.brings in absent and one.extension not in done:
            done.add(one.extension)
            yield one


def _create(connection: psycopg.Connection[Any], extension: str) -> bool:
    from psycopg import DatabaseError

    try:
        with connection.transaction():
            # What it is made of comes with it: an earthdistance without its cube there is not.
            connection.execute(f"create extension {spell_identifier(extension)} cascade".encode())
    except DatabaseError:
        return False
    return True
