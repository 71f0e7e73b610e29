"""Settings lists: `[pk, note: 'text', ref: > users.id]`, and the values in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from .cursor import (
    BAD,
    COLOR,
    END,
    EXPRESSION,
    LONG_STRING,
    NUMBER,
    QUOTED,
    SIGN,
    STRING,
    WORD,
    Broken,
    Cursor,
)
from .model import Note, Relation, Setting, Value, ValueKind
from .problems import DUPLICATE, SYNTAX, UNKNOWN, VALUE, nearest
from .strings import unindent

SIGNS: Mapping[str, tuple[Relation, bool, bool]] = {
    left + sign.value + right: (sign, bool(left), bool(right))
    for sign in Relation
    for left in ("", "?")
    for right in ("", "?")
}
"""Each sign of a reference: its relation, and whether its left and its right end are optional."""

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_REPEATED = frozenset(("ref", "check", "dep"))
_CONSTANTS = {"true": ValueKind.BOOLEAN, "false": ValueKind.BOOLEAN, "null": ValueKind.NULL}
_WRITTEN = {
    STRING: ValueKind.STRING,
    LONG_STRING: ValueKind.STRING,
    QUOTED: ValueKind.STRING,
    NUMBER: ValueKind.NUMBER,
    EXPRESSION: ValueKind.EXPRESSION,
    COLOR: ValueKind.COLOR,
}


class Target(NamedTuple):
    """`> schema.table.column` as it stands in a list: its sign and the parts of its name."""

    sign: str
    parts: tuple[str, ...]
    token: int


class Given(NamedTuple):
    """One entry of a settings list; `token` is the index of its first token, `value_token` that of its value's."""

    key: str
    value: Value | Target | None
    token: int
    value_token: int
    quoted: bool


def read_settings(cursor: Cursor) -> list[Given]:
    """The settings list that begins at the next token; an entry that cannot be read is told and left out."""
    opening = cursor.at
    cursor.need_sign("[", "to begin the settings")
    found: list[Given] = []
    if cursor.take_sign("]"):
        return found
    closing: int | None = None
    while True:
        try:
            found.append(_entry(cursor))
            if cursor.take_sign("]"):
                return found
            if cursor.take_sign(","):
                continue
            raise cursor.fail(f'expected "," or "]" after a setting, found {cursor.told()}')
        except Broken:
            if closing is None:
                closing = _closing(cursor, opening)
            if not _go_on(cursor, opening, closing):
                return found


def _closing(cursor: Cursor, opening: int) -> int:
    """The index of the bracket that closes a list; 0 if another bracket or a brace comes first."""
    at = opening + 1
    while cursor.kinds[at] != END and not (cursor.kinds[at] == SIGN and cursor.texts[at] in "[]{}"):
        at += 1
    return at if cursor.texts[at] == "]" and cursor.kinds[at] == SIGN else 0


def _go_on(cursor: Cursor, opening: int, closing: int) -> bool:
    """After an error: step to the next entry; False where the list ends.

    A list that is never closed ends with its line, so that the next line is read as what it is.
    """
    kinds, texts = cursor.kinds, cursor.texts
    closed = closing >= cursor.at
    start = cursor.at
    while kinds[cursor.at] != END:
        if not closed and cursor.fresh[cursor.at] and (cursor.at > start or cursor.at > opening):
            return False
        if kinds[cursor.at] == SIGN:
            if cursor.take_sign("]"):
                return False
            if texts[cursor.at] in "{}":
                return False
            if cursor.take_sign(","):
                return True
        cursor.at += 1
    return False


def _entry(cursor: Cursor) -> Given:
    token = cursor.at
    kinds = cursor.kinds
    kind = kinds[token]
    quoted = False
    if kind == WORD and kinds[token + 1] == SIGN:
        key = cursor.texts[token].lower()
        cursor.at += 1
    elif kind in (QUOTED, STRING):
        quoted = True
        key = cursor.texts[token]
        cursor.at += 1
    else:
        key = _words(cursor, "a setting").lower()
    if not cursor.take_sign(":"):
        if kinds[cursor.at] == SIGN and cursor.texts[cursor.at] in (",", "]"):
            return Given(key, None, token, token, quoted)
        raise cursor.fail(f'expected ":", "," or "]" after "{key}", found {cursor.told()}')
    value_token = cursor.at
    return Given(key, read_setting_value(cursor), token, value_token, quoted)


def _words(cursor: Cursor, what: str) -> str:
    """Bare words on one line, or the two of `not null` and `primary key` on two."""
    start = cursor.at
    if cursor.kinds[start] != WORD:
        raise cursor.fail(f"expected {what}, found {cursor.told()}")
    cursor.at += 1
    while cursor.kinds[cursor.at] == WORD:
        if cursor.fresh[cursor.at] and cursor.texts[cursor.at].lower() not in ("null", "key"):
            break
        cursor.at += 1
    if cursor.at == start + 1:
        return cursor.texts[start]
    return " ".join(cursor.texts[start : cursor.at])


def read_setting_value(cursor: Cursor) -> Value | Target:
    """What stands after the colon of a setting."""
    token = cursor.at
    if cursor.kinds[token] != SIGN:
        return read_value(cursor)
    text = cursor.texts[token]
    if (text in SIGNS or text in ("->", "<-")) and cursor.kinds[token + 1] in (WORD, QUOTED, BAD):
        cursor.at += 1
        return Target(text, tuple(cursor.path("a column")), token)
    return read_value(cursor)


def read_value(cursor: Cursor) -> Value:
    """A string, number, constant, expression, colour, value of an enum, or bare words."""
    at = cursor.at
    kind = cursor.kinds[at]
    text = cursor.texts[at]
    if kind in (WORD, QUOTED) and cursor.texts[at + 1] == "." and cursor.kinds[at + 1] == SIGN:
        return _enum_value(cursor)
    written = _WRITTEN.get(kind)
    if written is not None:
        if kind == COLOR and not _HEX.fullmatch(text):
            raise cursor.fail(f'"{text}" is not a colour', "write #fff or #79AD51", rule=VALUE)
        cursor.at = at + 1
        return Value(written, text, None, None, cursor.place(at))
    if kind == WORD:
        constant = _CONSTANTS.get(text.lower())
        if constant is not None:
            cursor.at = at + 1
            return Value(constant, text.lower(), None, None, cursor.place(at))
        if cursor.texts[at + 1] == "(" and cursor.kinds[at + 1] == SIGN:
            raise cursor.fail(f'"{text}(…)" is no value', f"put the expression in backticks: `{text}(…)`", rule=VALUE)
        return Value(ValueKind.NAME, _words(cursor, "a value"), place=cursor.place(at))
    if kind == SIGN and text in ("-", "+"):
        return _signed(cursor)
    raise cursor.fail(f"expected a value, found {cursor.told()}")


def _enum_value(cursor: Cursor) -> Value:
    index = cursor.at
    parts = cursor.path("an enum")
    if len(parts) not in (2, 3):
        raise cursor.fail(f'"{".".join(parts)}" is not a value of an enum', "write enum.value", index=index, rule=VALUE)
    schema = parts[0] if len(parts) == 3 else None
    return Value(ValueKind.ENUM, parts[-1], parts[-2], schema, place=cursor.place(index))


def _signed(cursor: Cursor) -> Value:
    """A number with its signs; two minus signs are none."""
    index = cursor.at
    negative = False
    while cursor.kinds[cursor.at] == SIGN and cursor.texts[cursor.at] in ("-", "+"):
        negative ^= cursor.texts[cursor.at] == "-"
        cursor.at += 1
    if cursor.kinds[cursor.at] != NUMBER:
        raise cursor.fail(f"expected a number after its sign, found {cursor.told()}")
    text = ("-" if negative else "") + cursor.texts[cursor.at]
    cursor.at += 1
    return Value(ValueKind.NUMBER, text, place=cursor.place(index))


class Settings:
    """What a settings list gives, asked for by key; what nobody asked for is told at the end."""

    __slots__ = ("_cursor", "_left", "_many")

    def __init__(self, cursor: Cursor, given: list[Given]) -> None:
        self._cursor = cursor
        self._left: dict[str, Given] = {}
        self._many: dict[str, list[Given]] = {}
        for one in given:
            if one.key in _REPEATED:
                self._many.setdefault(one.key, []).append(one)
                continue
            first = self._left.setdefault(one.key, one)
            if first is not one:
                message = f'"{one.key}" is set twice: here and at {cursor.place(first.token)}'
                self._problem(DUPLICATE, message, one, "keep one of them")

    def left(self) -> bool:
        """Whether something is there that nobody asked for yet."""
        return bool(self._left or self._many)

    def _problem(self, rule: str, message: str, given: Given, remedy: str = "") -> None:
        self._cursor.problems.add(rule, message, self._cursor.place(given.token), remedy)

    def flag(self, key: str) -> bool:
        """Whether a word that takes no value is there."""
        given = self._left.pop(key, None)
        if given is None:
            return False
        if given.value is not None:
            self._problem(VALUE, f'"{key}" takes no value', given, f'write "{key}" alone, or leave it out')
        return True

    def value(self, key: str, kinds: frozenset[ValueKind], what: str) -> Value | None:
        """The value of a key, which must be of one of `kinds`."""
        given = self._left.pop(key, None)
        if given is None:
            return None
        if isinstance(given.value, Value) and given.value.kind in kinds:
            return given.value
        place = self._cursor.place(given.value_token)
        self._cursor.problems.add(VALUE, f'"{key}" must be {what}', place)
        return None

    def text(self, key: str) -> str | None:
        """The string of a key."""
        value = self.value(key, STRINGS, "a string in quotes")
        return None if value is None else value.text

    def color(self, key: str) -> Value | None:
        """The colour of a key; `none` is one."""
        value = self.value(key, COLORS | NAMES, "a colour (#79AD51) or none")
        if value is None or value.kind is ValueKind.COLOR or value.text.lower() == "none":
            return value
        self._cursor.problems.add(VALUE, f'"{value.text}" is not a colour', value.place, "write #fff or #79AD51")
        return None

    def note(self) -> Note | None:
        """The setting `note`."""
        given = self._left.get("note")
        if given is None:
            return None
        value = self.value("note", STRINGS, "a string in quotes")
        if value is None:
            return None
        long = self._cursor.kinds[given.value_token] == LONG_STRING
        return Note(unindent(value.text) if long else value.text, value.place)

    def word(self, key: str, known: tuple[str, ...]) -> str | None:
        """The words of a key, in lower case; they must be among `known`, if that is not empty."""
        given = self._left.get(key)
        value = self.value(
            key, NAMES if known else NAMES | STRINGS, "one of: " + ", ".join(known) if known else "a name"
        )
        if value is None or given is None:
            return None
        if known and value.text.lower() not in known:
            message = f'"{value.text}" is no value of "{key}"'
            self._cursor.problems.add(UNKNOWN, message, value.place, nearest(value.text, known))
            return None
        return value.text.lower() if known else value.text

    def targets(self) -> list[tuple[Target, Given]]:
        """The references (`ref: > users.id`), of which there may be several."""
        found = []
        for given in self._many.pop("ref", ()):
            if isinstance(given.value, Target) and given.value.sign in SIGNS:
                found.append((given.value, given))
                continue
            place = self._cursor.place(given.value_token)
            self._cursor.problems.add(VALUE, '"ref" must be a reference', place, "write ref: > table.column")
        return found

    def checks(self) -> list[tuple[str, Given]]:
        """The checks (check: `price > 0`), of which there may be several."""
        found = []
        for given in self._many.pop("check", ()):
            if isinstance(given.value, Value) and given.value.kind is ValueKind.EXPRESSION:
                found.append((given.value.text, given))
                continue
            place = self._cursor.place(given.value_token)
            self._cursor.problems.add(VALUE, '"check" must be an expression', place, "write it between backticks")
        return found

    def lineage(self) -> list[Setting]:
        """The settings `dep`, which no database knows."""
        found = []
        for given in self._many.pop("dep", ()):
            if not isinstance(given.value, Target) or given.value.sign not in ("->", "<-"):
                self._problem(VALUE, '"dep" must be `-> table` or `<- table`', given)
                continue
            value = Value(ValueKind.NAME, f"{given.value.sign} {'.'.join(given.value.parts)}")
            found.append(Setting("dep", value, place=self._cursor.place(given.token)))
        return found

    def custom(self, known: tuple[str, ...]) -> tuple[Setting, ...]:
        """All the rest as custom metadata; what has no string or colour as its value is an error."""
        found = []
        for key, given in self._rest():
            place = self._cursor.place(given.token)
            if isinstance(given.value, Value) and given.value.kind in _CUSTOM:
                if self._lacks_comma(given, known):
                    continue
                found.append(Setting(key, given.value, given.quoted, place))
                close = "" if given.quoted else nearest(key, known)
                if close.startswith("Did"):
                    message = f'"{key}" is not a setting of the language: it is kept as custom metadata'
                    self._cursor.problems.warn(UNKNOWN, message, place, close)
            elif not self._lacks_comma(given, known):
                self._problem(UNKNOWN, f'unknown setting "{key}"', given, nearest(key, known))
        return tuple(found)

    def _lacks_comma(self, given: Given, known: tuple[str, ...]) -> bool:
        """Whether a key of several words begins with a whole setting; then that is told."""
        words = given.key.split(" ")
        for count in range(len(words) - 1, 0, -1):
            if not given.quoted and " ".join(words[:count]) in known:
                first = " ".join(words[:count])
                message = f'expected "," or "]" after "{first}", found "{words[count]}"'
                self._problem(SYNTAX, message, given, "put a comma between settings")
                return True
        return False

    def _rest(self) -> list[tuple[str, Given]]:
        rest = [*self._left.items(), *((key, given) for key, many in self._many.items() for given in many)]
        self._left.clear()
        return rest

    def refuse_rest(self, known: tuple[str, ...]) -> None:
        """All the rest is an error."""
        for key, given in self._rest():
            self._problem(UNKNOWN, f'unknown setting "{key}"', given, nearest(key, known))


STRINGS = frozenset((ValueKind.STRING,))
NAMES = frozenset((ValueKind.NAME,))
COLORS = frozenset((ValueKind.COLOR,))
EXPRESSIONS = frozenset((ValueKind.EXPRESSION,))
_CUSTOM = STRINGS | COLORS
