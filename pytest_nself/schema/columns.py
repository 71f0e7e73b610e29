"""A column's line: its name, its type, its settings."""

from __future__ import annotations

from pytest_nself.core.names import quote_literal
from pytest_nself.core.place import Place

from .blocks import end_of_item
from .cursor import LONG_STRING, NUMBER, QUOTED, SIGN, STRING, WORD, Cursor
from .model import Check, Column, ColumnType, Endpoint, Note, Ref, Setting, Value, ValueKind
from .problems import CONFLICT, DUPLICATE, VALUE
from .settings import SIGNS, Given, Settings, Target, read_settings
from .strings import unindent

KNOWN = ("pk", "primary key", "unique", "not null", "null", "increment", "default", "note", "ref", "check")
_FLAGS = {
    "pk": "pk",
    "primary key": "pk",
    "unique": "unique",
    "not null": "not null",
    "null": "null",
    "increment": "increment",
}
_DEFAULTS = frozenset(
    (
        ValueKind.STRING,
        ValueKind.NUMBER,
        ValueKind.BOOLEAN,
        ValueKind.NULL,
        ValueKind.EXPRESSION,
        ValueKind.ENUM,
    )
)
_DEFAULT_IS = "a string in quotes, a number, true, false, null, an expression in backticks, or enum.value"
_MANY_WORDS = {
    "double": '"double precision"',
    "character": '"character varying"',
    "timestamp": "timestamptz, or in double quotes",
    "time": "timetz, or in double quotes",
    "bit": '"bit varying"',
}


def read_column(cursor: Cursor, table: tuple[str | None, str]) -> Column:
    """The column that begins at the next token; its comments and directives are given by who reads the body."""
    start = cursor.at
    kind = cursor.kinds[start]
    if kind != WORD and kind != QUOTED:
        raise cursor.fail(f"expected a column, found {cursor.told()}")
    name = cursor.texts[start]
    if not name:
        raise cursor.fail("the name of a column is empty")
    cursor.at += 1
    if cursor.ended() or cursor.is_sign("}") or cursor.is_sign("["):
        raise cursor.fail(f'column "{name}" has no type', f"write {name} and its type, for example text", index=start)
    place = cursor.place(start)
    kind_of = read_type(cursor)
    given = _inline(cursor, name)
    if cursor.texts[cursor.at] == "[" and cursor.kinds[cursor.at] == SIGN:
        given += read_settings(cursor)
    _end_of_line(cursor, name)
    if not given:
        return Column(name, kind_of, place=place)
    return _with_settings(cursor, name, kind_of, place, table, given)


def read_type(cursor: Cursor) -> ColumnType:
    """`schema.name(arguments)[3][]`."""
    start = cursor.at
    kinds, texts, starts, ends = cursor.kinds, cursor.texts, cursor.starts, cursor.ends
    kind = kinds[start]
    if kind != WORD and kind != QUOTED:
        raise cursor.fail(f"expected a type, found {cursor.told()}")
    schema: str | None = None
    name = texts[start]
    if texts[start + 1] == "." and kinds[start + 1] == SIGN:
        schema, name = cursor.qualified("a type")
    else:
        cursor.at = start + 1
    quoted = kinds[cursor.at - 1] == QUOTED
    arguments: tuple[str, ...] = ()
    dimensions: list[int | None] = []
    if kinds[cursor.at] == SIGN:
        if texts[cursor.at] == "(" and not cursor.fresh[cursor.at]:
            arguments = _arguments(cursor)
        while texts[cursor.at] == "[" and kinds[cursor.at] == SIGN and ends[cursor.at - 1] == starts[cursor.at]:
            dimensions.append(_dimension(cursor, name))
    return ColumnType(name, schema, arguments, tuple(dimensions), quoted, cursor.place(start))


def _arguments(cursor: Cursor) -> tuple[str, ...]:
    found: list[str] = []
    cursor.at += 1
    while not cursor.take_sign(")"):
        if found:
            cursor.need_sign(",", "or ) after an argument of a type")
        start = cursor.at
        while cursor.kinds[cursor.at] == SIGN and cursor.texts[cursor.at] in ("-", "+"):
            cursor.at += 1
        kind = cursor.kinds[cursor.at]
        if kind not in (WORD, NUMBER, STRING, QUOTED):
            raise cursor.fail(f"expected an argument of a type, found {cursor.told()}")
        text = cursor.texts[cursor.at]
        cursor.at += 1
        found.append(quote_literal(text).strip() if kind in (STRING, QUOTED) else cursor.source(start, cursor.at - 1))
    return tuple(found)


def _dimension(cursor: Cursor, name: str) -> int | None:
    cursor.at += 1
    if cursor.take_sign("]"):
        return None
    if cursor.kinds[cursor.at] == NUMBER and cursor.texts[cursor.at].isdigit():
        size = int(cursor.texts[cursor.at])
        cursor.at += 1
        cursor.need_sign("]", "after the size of an array")
        return size
    raise cursor.fail(
        f'expected "]" or a size after "{name}[", found {cursor.told()}',
        'put a blank before the "[" of the settings',
    )


def _inline(cursor: Cursor, name: str) -> list[Given]:
    """`pk` and `unique` written after the type, without brackets."""
    given: list[Given] = []
    while cursor.kinds[cursor.at] == WORD and not cursor.fresh[cursor.at]:
        word = cursor.word()
        if word not in ("pk", "unique"):
            first = cursor.texts[cursor.at - 1].lower()
            remedy = (
                'put settings in brackets ([not null]), and a type of several words in double quotes ("bit varying")'
            )
            if first in _MANY_WORDS:
                remedy = f"write {_MANY_WORDS[first]}"
            raise cursor.fail(f'unexpected {cursor.told()} after the type of column "{name}"', remedy)
        given.append(Given(word, None, cursor.at, cursor.at, False))
        cursor.at += 1
    return given


def _end_of_line(cursor: Cursor, name: str) -> None:
    if not (cursor.fresh[cursor.at] or cursor.is_sign("}")):
        end_of_item(cursor, f'column "{name}"')


def _with_settings(
    cursor: Cursor, name: str, kind: ColumnType, place: Place, table: tuple[str | None, str], given: list[Given]
) -> Column:
    said: dict[str, Given] = {}
    rest: list[Given] = []
    refs: list[Ref] = []
    default: Value | None = None
    note: Note | None = None
    for one in given:
        key = one.key
        value = one.value
        if value is None:
            key = _FLAGS.get(key, "")
        elif key == "ref" and isinstance(value, Target) and value.sign in SIGNS:
            refs.append(_ref(cursor, name, place, table, value))
            continue
        elif key not in ("default", "note"):
            key = ""
        if not key or one.quoted:
            rest.append(one)
        elif key in said:
            _twice(cursor, one, said[key])
        else:
            said[key] = one
            if key == "default":
                default = _default(cursor, one)
            elif key == "note":
                note = _note(cursor, one)
    if "null" in said and "not null" in said:
        _contradiction(cursor, said["null"], said["not null"])
    checks: tuple[Check, ...] = ()
    metadata: tuple[Setting, ...] = ()
    if rest:
        settings = Settings(cursor, rest)
        checks = tuple(Check(text, place=cursor.place(one.value_token)) for text, one in settings.checks())
        settings.targets()
        for key in _FLAGS:
            settings.flag(key)
        metadata = (*settings.lineage(), *settings.custom(KNOWN))
    not_null = True if "not null" in said else False if "null" in said else None
    return Column(
        name,
        kind,
        "pk" in said,
        "unique" in said,
        not_null,
        "increment" in said,
        default,
        checks,
        note,
        tuple(refs),
        metadata,
        place=place,
    )


def _default(cursor: Cursor, given: Given) -> Value | None:
    value = given.value
    if isinstance(value, Value) and value.kind in _DEFAULTS:
        return value
    cursor.problems.add(VALUE, f'"default" must be {_DEFAULT_IS}', cursor.place(given.value_token))
    return None


def _note(cursor: Cursor, given: Given) -> Note | None:
    value = given.value
    if isinstance(value, Value) and value.kind is ValueKind.STRING:
        long = cursor.kinds[given.value_token] == LONG_STRING
        return Note(unindent(value.text) if long else value.text, value.place)
    cursor.problems.add(VALUE, '"note" must be a string in quotes', cursor.place(given.value_token))
    return None


def _ref(cursor: Cursor, column: str, place: Place, table: tuple[str | None, str], target: Target) -> Ref:
    """An inline reference; one that names a column alone points into its own table."""
    relation, left_optional, right_optional = SIGNS[target.sign]
    schema, name = table
    left = Endpoint(name, (column,), schema, place)
    right = endpoint(cursor, list(target.parts), (target.parts[-1],), target.token + 1, table)
    return Ref(left, relation, right, left_optional, right_optional, inline=True, place=cursor.place(target.token))


def endpoint(
    cursor: Cursor,
    parts: list[str],
    columns: tuple[str, ...],
    index: int,
    own: tuple[str | None, str] | None = None,
) -> Endpoint:
    """`schema.table.column` as an end of a reference; `own` is the table that a column alone belongs to."""
    place = cursor.place(index)
    names = parts[:-1]
    if not names and own is not None:
        return Endpoint(own[1], columns, own[0], place)
    if len(names) not in (1, 2):
        raise cursor.fail(
            f'"{".".join(parts)}" does not name a column of a table',
            "write table.column or schema.table.column",
            index=index,
            rule=VALUE,
        )
    return Endpoint(names[-1], columns, names[0] if len(names) == 2 else None, place)


def _twice(cursor: Cursor, later: Given, earlier: Given) -> None:
    message = f'"{later.key}" is set twice: here and at {cursor.place(earlier.token)}'
    cursor.problems.add(DUPLICATE, message, cursor.place(later.token), "keep one of them")


def _contradiction(cursor: Cursor, one: Given, other: Given) -> None:
    later, earlier = (one, other) if one.token > other.token else (other, one)
    message = f'"{later.key}" contradicts "{earlier.key}" at {cursor.place(earlier.token)}'
    cursor.problems.add(CONFLICT, message, cursor.place(later.token), "keep one of them")
