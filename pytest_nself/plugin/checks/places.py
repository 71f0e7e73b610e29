"""Where the migrations make a table: a finding of the database then has a file and a line, as far as text can tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pytest_nself.core.names import NAME_PATTERN, QUALIFIED_PATTERN, parse_qualified
from pytest_nself.core.place import Place
from pytest_nself.migrations.migration import Migration
from pytest_nself.migrations.statements import place_at, split

_MADE = re.compile(
    rf"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?P<name>{QUALIFIED_PATTERN})", re.IGNORECASE
)
_RENAMED = re.compile(
    rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<name>{QUALIFIED_PATTERN})\s+rename\s+to\s+(?P<to>{NAME_PATTERN})",
    re.IGNORECASE,
)


def table_places(migrations: Iterable[Migration]) -> Mapping[str, Place]:
    """The statement that creates each table, by the table's name as `schema.table`; a bare name counts as public's.

    A table that is made some other way (in a block, by a function, by `create table as`) may be missing.
    """
    places: dict[str, Place] = {}
    for migration in migrations:
        for statement in split(migration.up):
            if statement.words[:1] not in (("create",), ("alter",)):
                continue
            text = migration.up[statement.start : statement.end]
            if match := _MADE.match(text):
                # The newest counts: it may have been dropped and made again.
                places[_full(match["name"])] = place_at(migration.up, statement.start, migration.place)
            elif (match := _RENAMED.match(text)) and (old := _full(match["name"])) in places:
                places[f"{old.rpartition('.')[0]}.{parse_qualified(match['to'])[0]}"] = places.pop(old)
    return places


def _full(name: str) -> str:
    parts = parse_qualified(name)
    return ".".join(parts if len(parts) > 1 else ("public", *parts))
