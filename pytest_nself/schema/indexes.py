"""The blocks of a table: `indexes { … }` and `checks { … }`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pytest_nself.core.place import Place

from .blocks import end_of_item, read_body
from .comments import Comments
from .cursor import BAD, END, EXPRESSION, QUOTED, SIGN, WORD, Cursor
from .model import Check, Comment, Index, IndexItem
from .settings import EXPRESSIONS, Given, Settings, read_settings

INDEX_SETTINGS = ("pk", "unique", "name", "type", "note", "where")
CHECK_SETTINGS = ("name",)
_ORDER_WORDS = frozenset(("asc", "desc", "nulls", "first", "last"))
_ORDER = re.compile(r"(?=\s+(?:asc|desc|nulls)\b)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$", re.IGNORECASE)
_BARE = re.compile(r"[^\W\d]\w*")


def read_indexes(cursor: Cursor, comments: Comments, add: Callable[[Index], None]) -> tuple[Comment, ...]:
    """A block of indexes; `add` gets each. Returns the comments that belong to none of them."""

    def item() -> None:
        above = comments.before()
        start = cursor.at
        items = _items(cursor)
        given = read_settings(cursor) if cursor.is_sign("[") else []
        end_of_item(cursor, "an index")
        add(replace(_index(cursor, items, given, start), comments=above + comments.behind()))

    head = cursor.at
    cursor.at += 1
    read_body(cursor, "the indexes", head, item)
    return comments.behind()


def read_checks(cursor: Cursor, comments: Comments, add: Callable[[Check], None]) -> tuple[Comment, ...]:
    """A block of checks; `add` gets each. Returns the comments that belong to none of them."""

    def item() -> None:
        above = comments.before()
        start = cursor.at
        if cursor.kinds[start] != EXPRESSION:
            raise cursor.fail(f"a check is an expression, found {cursor.told()}", "write it between backticks")
        cursor.at += 1
        settings = Settings(cursor, read_settings(cursor) if cursor.is_sign("[") else [])
        name = settings.text("name")
        settings.refuse_rest(CHECK_SETTINGS)
        end_of_item(cursor, "a check")
        add(Check(cursor.texts[start], name, comments=above + comments.behind(), place=cursor.place(start)))

    head = cursor.at
    cursor.at += 1
    read_body(cursor, "the checks", head, item)
    return comments.behind()


def _index(cursor: Cursor, items: list[IndexItem], given: list[Given], start: int) -> Index:
    settings = Settings(cursor, given)
    name = settings.text("name")
    pk = settings.flag("pk") or settings.flag("primary key")
    unique = settings.flag("unique")
    kind = settings.word("type", ())
    where = settings.value("where", EXPRESSIONS, "an expression in backticks")
    note = settings.note()
    settings.refuse_rest(INDEX_SETTINGS)
    place = cursor.place(start)
    text = None if where is None else where.text
    return Index(tuple(items), name, unique, pk, kind, text, note, place=place)


def _items(cursor: Cursor) -> list[IndexItem]:
    """What an index is over: a column, an expression, or several of them in parentheses."""
    if not cursor.is_sign("("):
        return [_single(cursor)]
    items = []
    while True:
        cursor.at += 1
        items.append(_part(cursor, cursor.at, _part_end(cursor)))
        if cursor.take_sign(")"):
            return items
        if not cursor.is_sign(","):
            raise cursor.fail(f'expected "," or ")" in an index, found {cursor.told()}')


def _single(cursor: Cursor) -> IndexItem:
    """One column or expression without parentheses; an order may stand behind it."""
    start = cursor.at
    if cursor.kinds[start] not in (WORD, QUOTED, EXPRESSION):
        raise cursor.fail(f"expected a column or an expression in backticks, found {cursor.told()}")
    cursor.at += 1
    while cursor.kinds[cursor.at] == WORD and not cursor.fresh[cursor.at] and cursor.word() in _ORDER_WORDS:
        cursor.at += 1
    return _part(cursor, start, cursor.at)


def _part_end(cursor: Cursor) -> int:
    """The index of the token that ends a part in parentheses; those inside it are stepped over."""
    depth = 0
    at = cursor.at
    while cursor.kinds[at] not in (END, BAD):
        if cursor.kinds[at] == SIGN:
            text = cursor.texts[at]
            if (depth == 0 and text in (",", ")")) or text in "{}":
                break
            depth += (text in "([") - (text in ")]")
        at += 1
    return at


def _part(cursor: Cursor, start: int, end: int) -> IndexItem:
    """A column, `column DESC NULLS LAST`, or an expression; it ends before the token `end`."""
    place = cursor.place(start)
    cursor.at = end
    if end == start:
        raise cursor.fail(f"expected a column or an expression in backticks, found {cursor.told()}")
    kind = cursor.kinds[start]
    text = cursor.texts[start]
    if end == start + 1 and kind in (WORD, QUOTED):
        return IndexItem(text, place=place)
    if kind == EXPRESSION and (end == start + 1 or _all_order(cursor, start + 1, end)):
        return _ordered(text + " " + " ".join(cursor.texts[start + 1 : end]), place)
    if kind in (WORD, QUOTED) and _all_order(cursor, start + 1, end):
        _, descending, nulls_first = _order(" " + " ".join(cursor.texts[start + 1 : end]))
        return IndexItem(text, False, descending, nulls_first, place)
    if all(cursor.kinds[at] in (WORD, QUOTED) for at in range(start, end)):
        raise cursor.fail(
            f'expected "," or ")" in an index, found {cursor.told(start + 1)}',
            "put a comma between columns, and an expression in backticks",
            index=start + 1,
        )
    return _ordered(cursor.source(start, end - 1), place)


def _all_order(cursor: Cursor, start: int, end: int) -> bool:
    return all(cursor.kinds[at] == WORD and cursor.texts[at].lower() in _ORDER_WORDS for at in range(start, end))


def _order(text: str) -> tuple[str, bool | None, bool | None]:
    """`text` without the order at its end, and that order."""
    found = _ORDER.search(text)
    if found is None:
        return text, None, None
    descending = None if found[1] is None else found[1].lower() == "desc"
    nulls_first = None if found[2] is None else found[2].lower() == "first"
    return text[: found.start()], descending, nulls_first


def _ordered(text: str, place: Place) -> IndexItem:
    """An expression, its order taken off its end: PostgreSQL wants that outside the parentheses of an expression."""
    rest, descending, nulls_first = _order(text)
    column = _BARE.fullmatch(rest.strip()) is not None and rest.strip() != text.strip()
    return IndexItem(rest.strip(), not column, descending, nulls_first, place)
