"""Sample rows: `records users(id, name) { 1, 'Ann' }`."""

from __future__ import annotations

from .blocks import read_body
from .comments import Comments
from .cursor import Cursor
from .model import Comment, Records, Value, ValueKind
from .problems import VALUE
from .settings import Settings, read_settings, read_value

_CELLS = frozenset(kind for kind in ValueKind if kind not in (ValueKind.NAME, ValueKind.COLOR))


def read_records(
    cursor: Cursor, comments: Comments, above: tuple[Comment, ...], table: tuple[str | None, str] | None
) -> Records:
    """Sample rows; `table` is the table they stand in. Without columns there, `columns` is empty and means all."""
    head = cursor.at
    cursor.at += 1
    schema, name = cursor.qualified("a table") if table is None else table
    columns = _columns(cursor) if table is None or cursor.is_sign("(") else ()
    if cursor.is_sign("["):
        settings = Settings(cursor, read_settings(cursor))
        settings.flag("example")
        settings.refuse_rest(("example",))
    rows: list[tuple[Value, ...]] = []
    inner: list[Comment] = []

    def item() -> None:
        inner.extend(comments.before())
        rows.append(_row(cursor))
        inner.extend(comments.behind())

    if cursor.take_sign(":"):
        rows.append(_row(cursor))
    else:
        read_body(cursor, "the records", head, item)
    inner.extend(comments.behind())
    return Records(name, columns, tuple(rows), schema, (*above, *inner), cursor.place(head))


def _columns(cursor: Cursor) -> tuple[str, ...]:
    if not cursor.take_sign("("):
        raise cursor.fail(
            f"expected the columns of the records, found {cursor.told()}", "write records table(column, column)"
        )
    columns = [cursor.name("a column")]
    while not cursor.take_sign(")"):
        cursor.need_sign(",", "or ) between columns")
        columns.append(cursor.name("a column"))
    return tuple(columns)


def _row(cursor: Cursor) -> tuple[Value, ...]:
    """The values of one line; between two commas with nothing in between stands null."""
    row: list[Value] = []
    start = cursor.at
    while True:
        if cursor.at > start and _line_ends(cursor):
            row.append(Value(ValueKind.NULL, "", place=cursor.place(cursor.at - 1)))
        elif cursor.is_sign(","):
            row.append(Value(ValueKind.NULL, "", place=cursor.place()))
        else:
            row.append(_cell(cursor))
        if (cursor.at > start and cursor.ended()) or not cursor.is_sign(","):
            break
        cursor.at += 1
    if not _line_ends(cursor):
        raise cursor.fail(f'expected "," or the end of the line in a record, found {cursor.told()}')
    return tuple(row)


def _line_ends(cursor: Cursor) -> bool:
    return cursor.ended() or cursor.is_sign("}")


def _cell(cursor: Cursor) -> Value:
    index = cursor.at
    value = read_value(cursor)
    if value.kind not in _CELLS:
        cursor.fail(f"{cursor.told(index)} is no value of a record", "put it in quotes", index=index, rule=VALUE)
    return value
