"""What the server said to a statement of a set -> the file, line and column that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.shape.model import TypeKind
from pytest_nself.data.written.cells import CellKind
from pytest_nself.migrations.statements import place_at

from .advice import advice, advice_for_sql
from .compiled import Does, Fragment, LoadedRow, LoadStatement

_COLUMN = re.compile(r'column "((?:[^"]|"")+)"')
# The server may speak another language: what is looked for here is not translated.
_KEY = re.compile(r"\((?P<columns>.+?)\) ?= ?\((?P<values>.*?)\)(?: |\.|$)", re.DOTALL)
_FINDS = re.compile(r"nself: (?P<text>.*) finds (?P<count>\d+)", re.DOTALL)
_TOO_LONG = re.compile(r"(?:character varying|character|bit varying|bit)\((\d+)\)")
_TOO_LARGE = re.compile(r"(\d+)\D*?(-?\d+)")
_FAILING_ROW = re.compile(r"\((?P<values>.*)\)\.?$", re.DOTALL)


def refused(statement: LoadStatement, error: Any, offset: int | None) -> FixtureError:
    """The error for `statement`; `offset` is where in its text the server points, None if it does not.

    The place is exact for a value that its type refuses, an unknown column, `!sql`, a value named in a key and, as far
    as the server shows the row, for a check; else it is that of the row if there is one, or of the table.
    """
    diag = error.diag
    finds = _FINDS.search(str(diag.message_primary or ""))
    if finds is not None:
        return _not_one(statement, finds["text"], int(finds["count"]))
    said = [str(diag.message_primary or error).rstrip(".") + ".", *(f"{one}" for one in (diag.message_detail,) if one)]
    part = None if offset is None else _part_at(statement, offset)
    place = _sql_place(statement, offset) if statement.part else _place(statement, diag, part)
    where = f" into {statement.table}" if statement.does is Does.INSERT else ""
    return FixtureError(
        f'The fixture set "{statement.set_name}" could not be loaded{where}.',
        " ".join(said),
        advice_for_sql(diag) if statement.part is not None else advice(statement, diag, part),
        place=place,
    )


FINDS_NONE = "names no row where the set is loaded"


def said_of_search(message: str) -> str | None:
    """What the server's `message` means where it is about `$table[column=value]`; None for any other message."""
    finds = _FINDS.search(message)
    if finds is None:
        return None
    number = int(finds["count"])
    return f"{finds['text']} {FINDS_NONE if number == 0 else f'names {number} rows where the set is loaded'}"


def _rows(count: int) -> str:
    return "no row" if count == 0 else f"{count} rows"


def _not_one(statement: LoadStatement, text: str, count: int) -> FixtureError:
    cells = (part.cell for part in statement.fragments if part.cell is not None)
    cell = next((one for one in cells if one.kind is CellKind.REFERENCE and one.text == text), None)
    return FixtureError(
        f"{text} names {_rows(count)}.",
        "It must name one row that is there when the set is loaded.",
        "correct the condition, or load the row before" if count == 0 else "give more columns between the brackets",
        place=statement.place if cell is None else cell.place,
    )


def _sql_place(statement: LoadStatement, offset: int | None) -> Place:
    assert statement.part is not None
    if offset is None:
        return Place(statement.place.path)
    return place_at(statement.part.sql, offset, statement.part.place)


def _place(statement: LoadStatement, diag: Any, part: Fragment | None) -> Place:
    found = None if part is None else part.place
    for by in (_by_key, _by_null, _by_size, _by_domain, _by_shown_row, _by_column):
        found = found or by(statement, diag)
    only = statement.rows[0].place if len(statement.rows) == 1 else statement.place
    return found or only


def _part_at(statement: LoadStatement, offset: int) -> Fragment | None:
    """The fragment that holds this character of the text."""
    end = 0
    for part in statement.fragments:
        end += len(part.sql)
        if offset < end:
            return part
    return None


def _by_key(statement: LoadStatement, diag: Any) -> Place | None:
    """Unique and foreign key errors name values; the last row that has most of them is the one that came too much."""
    key = _KEY.search(diag.message_detail or "")
    if key is None:
        return None
    parts = [one.strip().strip('"') for one in key["columns"].split(", ")]
    values = key["values"].split(", ") if len(parts) > 1 else [key["values"]]
    if len(values) != len(parts):
        return None
    best: tuple[int, Place] | None = None
    for row in statement.rows:
        found = [name for part, value in zip(parts, values, strict=True) if (name := _holds(row, part, value))]
        if found and (best is None or len(found) >= best[0]):
            best = len(found), row.places.get(found[0], row.place)
    return None if best is None else best[1]


def _holds(row: LoadedRow, part: str, value: str) -> str | None:
    """The column that gives `value` to a part of a key: the part itself, or one that its expression speaks of."""
    if part in row.values:
        return part if row.values[part] == value else None
    for name, text in row.values.items():
        if text is not None and re.search(rf"\b{re.escape(name)}\b", part) and text.lower() == value.lower():
            return name
    return None


def _by_null(statement: LoadStatement, diag: Any) -> Place | None:
    """A missing value: the last row that has none for the column."""
    name = diag.column_name
    if not name or diag.sqlstate != "23502":
        return None
    return next((row.place for row in reversed(statement.rows) if row.values.get(name) is None), None)


def _by_size(statement: LoadStatement, diag: Any) -> Place | None:
    """A text that is too long, or a number that is too large: the only one that can be meant."""
    match = _TOO_LONG.search(diag.message_primary or "")
    if match is not None and diag.sqlstate in ("22001", "22026"):
        size = int(match[1])
        found = [one for one in _texts(statement) if _length(one) == size and len(_text(one)) > size]
    elif diag.sqlstate == "22003" and (match := _TOO_LARGE.search(diag.message_detail or "")) is not None:
        found = [one for one in _texts(statement) if _overflows(one, int(match[1]), int(match[2]))]
    else:
        return None
    return found[0].place if len(found) == 1 else None


def _length(part: Fragment) -> int | None:
    return None if part.type is None else part.type.length


def _text(part: Fragment) -> str:
    return "" if part.cell is None else part.cell.text


def _overflows(part: Fragment, precision: int, scale: int) -> bool:
    from decimal import Decimal, InvalidOperation

    if part.type is None or part.type.precision != (precision, scale):
        return False
    try:
        return abs(Decimal(_text(part))) >= Decimal(10) ** (precision - scale)
    except InvalidOperation:
        return False


def _by_domain(statement: LoadStatement, diag: Any) -> Place | None:
    """A domain's check names the domain: the value, where there is one alone, or one that the message shows."""
    if not diag.datatype_name or diag.sqlstate not in ("23514", "23502"):
        return None
    named = [
        one
        for one in _texts(statement)
        if one.type is not None and one.type.kind is TypeKind.DOMAIN and one.type.name == diag.datatype_name
    ]
    return named[0].place if len(named) == 1 else None


def _by_shown_row(statement: LoadStatement, diag: Any) -> Place | None:
    """A check's error shows the row: the one whose known values stand in it; a check of one column names the value."""
    shown = _FAILING_ROW.search(diag.message_detail or "")
    if shown is None or diag.sqlstate not in ("23514", "23502"):
        return None
    fitting = [row for row in statement.rows if _shows(shown["values"], row)]
    if len(fitting) != 1:
        return None
    columns = statement.checks.get(diag.constraint_name or "", ())
    return fitting[0].places.get(columns[0], fitting[0].place) if len(columns) == 1 else fitting[0].place


def _shows(values: str, row: LoadedRow) -> bool:
    listed = f", {values},"
    # The server cuts long values; what a type writes in its own way is not looked for.
    plain = [
        text for text in row.values.values() if text is not None and len(text) < 60 and re.fullmatch(r"[\w@.-]+", text)
    ]
    return bool(plain) and all(f", {text}," in listed for text in plain)


def _by_column(statement: LoadStatement, diag: Any) -> Place | None:
    column = _COLUMN.search(diag.message_primary or "")
    name = diag.column_name or (column[1] if column else None)
    parts = (part for part in statement.fragments if part.column == name and part.cell is not None)
    return next((part.place for part in parts), None) if name else None


def _texts(statement: LoadStatement) -> Iterator[Fragment]:
    return (part for part in statement.fragments if part.cell is not None and part.cell.kind is CellKind.TEXT)
