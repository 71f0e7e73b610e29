"""A `.sql` fixture set: sent as it stands in the file, so only what cannot be sent is looked for."""

from __future__ import annotations

import re
from typing import Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.migrations.statements import Statement, place_at, scan, without_meta

from .fixture_set import FixtureKind, FixtureSet

_CONTROL = frozenset({"begin", "start", "commit", "end", "rollback", "abort"})
_OVER_THE_WIRE = re.compile(r"(?is)\b(?:from\s+stdin|to\s+stdout)\b")


def read_sql_set(name: str, text: str, file: str) -> FixtureSet:
    """The set whose SQL is `text`; FixtureError with file and line for transaction control and psql commands.

    The rows belong to the transaction of the test, which a `commit` in the file would end.
    """
    start = Place(file, 1)
    found = scan(text)
    if not found.statements:
        raise FixtureError("The fixture set holds no SQL.", "", "write insert statements", place=Place(file))
    for problem in found.problems:
        said = problem.message[0].upper() + problem.message[1:] + "."
        raise FixtureError(
            said, "", problem.remedy or "correct the file", place=_line(place_at(text, problem.offset, start))
        )
    for statement in found.statements:
        _check(text, statement, _line(place_at(text, statement.start, start)))
    return FixtureSet(name, FixtureKind.SQL, start, sql=without_meta(text))


def _check(text: str, statement: Statement, place: Place) -> None:
    words = statement.words
    first = words[0] if words else ""
    if (first in _CONTROL and "to" not in words[1:3]) or words[:2] == ("prepare", "transaction"):
        raise FixtureError(
            f"`{text[statement.start : statement.end].split(maxsplit=1)[0]}` controls the transaction.",
            "The rows of a fixture set belong to the transaction of the test, which is rolled back.",
            "take it out; savepoints are allowed",
            place=place,
        )
    if first == "copy" and _OVER_THE_WIRE.search(text[statement.start : statement.end]):
        raise FixtureError(
            "Copying over the connection cannot stand in a fixture set.",
            "",
            "write the rows as `insert into … values`, or in a .yml set",
            place=place,
        )


def sql_set_error(fixture_set: FixtureSet, error: Any) -> FixtureError:
    """What the server said to a `.sql` set (a `psycopg.Error`), with the line where it gives a position."""
    diag = error.diag
    said = [str(diag.message_primary or error).rstrip(".") + ".", *(str(one) for one in (diag.message_detail,) if one)]
    place = Place(fixture_set.place.path)
    if diag.statement_position:
        place = place_at(fixture_set.sql, int(diag.statement_position) - 1, fixture_set.place)
    return FixtureError(
        f'The fixture set "{fixture_set.name}" could not be loaded.',
        " ".join(said),
        str(diag.message_hint) if diag.message_hint else "correct the file where it no longer fits the schema",
        place=place,
    )


def _line(place: Place) -> Place:
    return Place(place.path, place.line)
