"""A `.sql` fixture set: sent as it stands in the file, so only what cannot be sent is looked for.

Comments before the first statement may say what YAML says beside its rows: `-- nself: extends=reference-data,plans`
and `-- nself: expect users=3, posts=2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest
from pytest_nself.data.written.names import table_of
from pytest_nself.migrations.statements import Statement, place_at, scan, without_meta

from .fixture_set import Expected, FixtureKind, FixtureSet, Named, SqlPart

_CONTROL = frozenset({"begin", "start", "commit", "end", "rollback", "abort"})
_SAID = re.compile(r"\s*--\s*nself:\s*(?P<word>[\w-]+)(?P<rest>.*)")
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
    part = SqlPart(without_meta(text), start, len(found.statements))
    extends, expects = _header(text[: found.statements[0].start], file)
    return FixtureSet(name, FixtureKind.SQL, start, parts=(part,), extends=extends, expects=expects)


def _header(text: str, file: str) -> tuple[tuple[Named, ...], tuple[Expected, ...]]:
    extends: dict[str, Named] = {}
    expects: list[Expected] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _SAID.match(line)
        if match is None:
            continue
        place = Place(file, number)
        if match["word"] == "extends":
            for name in filter(None, (one.strip() for one in match["rest"].lstrip("= ").split(","))):
                extends.setdefault(name, Named(name, place))
        elif match["word"] == "expect":
            expects += _expected(match["rest"], place)
        else:
            raise FixtureError(
                f'"{match["word"]}" is not a word that the head of a .sql set knows.',
                nearest(match["word"], ("extends", "expect")),
                "write -- nself: extends=reference-data, or -- nself: expect users=3",
                place=place,
            )
    return tuple(extends.values()), tuple(expects)


def _expected(text: str, place: Place) -> Iterator[Expected]:
    for part in filter(None, (one.strip() for one in text.split(","))):
        written, _, count = part.rpartition("=")
        table = table_of(written.strip())
        if table is None or not count.strip().isdigit():
            raise FixtureError(
                f"{part} does not say how many rows a table gets.",
                "",
                "write for example: -- nself: expect users=3, posts=2",
                place=place,
            )
        yield Expected(table, int(count), place)


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


def _line(place: Place) -> Place:
    return Place(place.path, place.line)
