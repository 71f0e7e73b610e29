"""What the server refuses of a schema.dbml, told where it was written and with a way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.place import Place
from pytest_nself.schema.ddl import Design
from pytest_nself.schema.extensions import FUNCTIONS
from pytest_nself.schema.model import Column, Table, Value, ValueKind, spell_name
from pytest_nself.schema.naming import LONGEST
from pytest_nself.schema.pieces import Piece, Span
from pytest_nself.schema.problems import CONFLICT, DUPLICATE, nearest

if TYPE_CHECKING:
    import psycopg

Load = Callable[[str], str | None]

DEFAULT = "dbml-default"
EXPRESSION = "dbml-expression"
REFERENCE = "dbml-reference"
REFUSED = "dbml-refused"

BAD_VALUE = frozenset(("22P02", "22007", "22008", "22003", "22001", "22023"))
UNKNOWN_COLUMN, UNKNOWN_FUNCTION, WRONG_TYPE, NO_TARGET = "42703", "42883", "42804", "42830"
_NO_TABLE = "42P01"
_SYNTAX, _TWO_KEYS, _NO_OPERATORS, _LONG_LABEL, _NOT_IMMUTABLE = "42601", "42P16", "42704", "42602", "42P17"
_THERE_ALREADY = frozenset(("42P07", "42710", "42P06", "42701"))
_QUOTED = re.compile(r'"([^"]+)"')
_LOOKS_CALLED = re.compile(r"\w+\(.*\)|current_\w+|localtime\w*", re.IGNORECASE)
_REMEDIES = {
    _NOT_IMMUTABLE: "an index needs functions that always give the same for the same: immutable ones",
    "42803": "an expression about one row cannot add up others",
    "0A000": "PostgreSQL has no such thing here: say it in a migration of your own, with a trigger or a view",
    "42939": "names that begin with pg_ are the server's own: find another",
    "42501": "let a role with that right do it",
}


def refusal(
    piece: Piece, error: psycopg.Error, design: Design, probed: psycopg.Error | None = None, load: Load | None = None
) -> Finding:
    """The finding of a statement that the server refused; `probed` is what it said of the piece's `probe`.

    `load` gives the text of a file: with it the expressions of indexes have their exact columns, too.
    """
    state = error.sqlstate or ""
    said = error.diag.message_primary or str(error).strip()
    detail = error.diag.message_detail
    if detail and state in (WRONG_TYPE, "22P02", _LONG_LABEL):
        said += f": {detail.rstrip('.')}"
    spot = _in_expression(piece, error, load)
    if spot is None and piece.probe is not None and probed is not None and probed.sqlstate == state:
        spot = _in_expression(piece.probe, probed, load)
    place = spot or _place(piece, state, design)
    message = f"{_what(piece, design)}: {said}"
    remedy = _remedy(piece, state, said, design) or error.diag.message_hint or ""
    return Finding(
        _rule(piece, state, spot), Severity.ERROR, piece.subject, message, remedy, place=place,
        evidence={"sqlstate": state, "sql": piece.sql},
    )  # fmt: skip


def _in_expression(piece: Piece, error: psycopg.Error, load: Load | None) -> Place | None:
    """The place in the file of what the server points at, if that is the user's own text."""
    position = error.diag.statement_position
    if position is None:
        return None
    for span in piece.spans:
        place = span.place_of(int(position) - 1)
        if place is not None:
            return place if span.exact or load is None else _found_in_file(span, load).place_of(int(position) - 1)
    if error.sqlstate == _SYNTAX and piece.spans:
        # What is not closed in an expression is missed only behind it.
        last = piece.spans[-1]
        end = last.start + len(last.text)
        if int(position) - 1 > end:
            return (last if last.exact or load is None else _found_in_file(last, load)).place_of(end)
    return None


def _found_in_file(span: Span, load: Load) -> Span:
    """An expression of which only the element's place is known, looked for from there on."""
    place, text = span.place, load(span.place.path)
    if text is None or place.line is None or place.column is None:
        return span
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    at = text.find(span.text, start)
    if at < 0:
        return span
    line = text.count("\n", 0, at) + 1
    return Span(span.start, span.text, Place(place.path, line, at - text.rfind("\n", 0, at)))


def _place(piece: Piece, state: str, design: Design) -> Place:
    if state == NO_TARGET and piece.other is not None:
        return piece.other
    if state == _LONG_LABEL and piece.subject.kind == "enum":
        for enum in design.schema.enums:
            if enum.key == (piece.subject.schema, piece.subject.name):
                return next((one.place for one in enum.values if len(one.name.encode()) > LONGEST), piece.place)
    return piece.place


def _rule(piece: Piece, state: str, spot: Place | None) -> str:
    if state in _THERE_ALREADY:
        return DUPLICATE
    if state == _TWO_KEYS and piece.subject.kind == "constraint":
        return CONFLICT
    if piece.default is not None:
        return DEFAULT
    if piece.other is not None:
        return REFERENCE
    return EXPRESSION if spot is not None else REFUSED


def _what(piece: Piece, design: Design) -> str:
    """The thing that was refused, as a message begins."""
    subject = piece.subject
    name = spell_name(subject.schema if subject.schema != "public" else None, subject.name)
    if subject.kind == "column":
        return f'{"the default of " if piece.default is not None else ""}column "{name}.{subject.part}"'
    if subject.kind == "constraint":
        if piece.other is not None:
            return f'the reference from table "{name}"'
        return f'constraint "{subject.part}" of table "{name}"'
    return f'{subject.kind} "{name}"'


def _remedy(piece: Piece, state: str, said: str, design: Design) -> str:
    if piece.other is not None:
        return _of_reference(piece, state)
    if piece.default is not None:
        remedy = _of_default(piece, state, design)
        if remedy:
            return remedy
    if state == "22023" and piece.subject.kind == "column" and "identity" in piece.sql:
        return "only whole numbers count up: choose bigint, or take increment out"
    if state == UNKNOWN_COLUMN:
        return _near_column(piece, said, design)
    if state == UNKNOWN_FUNCTION:
        return _of_function(said)
    if state == _TWO_KEYS and piece.subject.kind == "constraint":
        return "a table has one primary key: keep one of them"
    if state == _SYNTAX:
        return "write it as PostgreSQL has it"
    if state == _NO_OPERATORS and piece.subject.kind == "index":
        return (
            "choose a type of index that it can be in ([type: gin] for jsonb, [type: gist] for shapes), or take it out"
        )
    if state == _LONG_LABEL:
        return f"a value of an enum has at most {LONGEST} bytes"
    if state in _THERE_ALREADY:
        return "find another name"
    return _REMEDIES.get(state, "")


def _of_reference(piece: Piece, state: str) -> str:
    if state == WRONG_TYPE:
        return "give both columns the same type"
    if state == _NO_TABLE:
        return "define the table, or read the file together with those that it uses"
    if state == NO_TARGET:
        return "make what it points to a primary key or unique: [pk], [unique], or an index of all its columns"
    return ""


def _of_default(piece: Piece, state: str, design: Design) -> str:
    column = _column(piece, design)
    value = column.default if column is not None else None
    if column is None or value is None:
        return ""
    if state == _SYNTAX and not piece.spans:
        return "a column that counts up has no other default: take one of them out"
    key = design.types.own(column.type)
    if state in BAD_VALUE and key is not None and key in design.types.enums:
        return nearest(value.text, [one.name for one in design.types.enums[key].values])
    if value.kind is ValueKind.STRING and _LOOKS_CALLED.fullmatch(value.text.strip()):
        return f"put an expression between backticks: `{value.text}`"
    if state == WRONG_TYPE and column.type.text.lower() in ("bool", "boolean"):
        return "write true or false"
    if state in BAD_VALUE or state == WRONG_TYPE:
        return f"write a default that is a value of {column.type.text}{_or_expression(value)}"
    return ""


def _or_expression(value: Value) -> str:
    return ", or an expression between backticks" if value.kind is ValueKind.STRING else ""


def _near_column(piece: Piece, said: str, design: Design) -> str:
    table = _table(piece, design)
    found = _QUOTED.search(said)
    if table is None or found is None:
        return ""
    return nearest(found[1], [column.name for column in table.columns])


def _of_function(said: str) -> str:
    called = re.search(r"function (?:\w+\.)?(\w+)\(", said)
    if called is not None and called[1] == "uuid_generate_v4":
        return "it comes from the extension uuid-ossp; `gen_random_uuid()` gives the same and needs none"
    if called is not None and called[1] in FUNCTIONS:
        return f"it comes from the extension {FUNCTIONS[called[1]]}: install that on the server"
    return "see how it is called, and the types of what it is given"


def _table(piece: Piece, design: Design) -> Table | None:
    needed = [need[1] for need in piece.needs | piece.gives if need[0] == "table"]
    return next((table for table in design.tables if table.key in needed), None)


def _column(piece: Piece, design: Design) -> Column | None:
    table = _table(piece, design)
    return None if table is None or piece.subject.part is None else table.column(piece.subject.part)
