"""Bodies in braces: each item by itself, so that one that cannot be read costs no other."""

from __future__ import annotations

from collections.abc import Callable

from .cursor import END, LONG_STRING, SIGN, Broken, Cursor
from .model import Note
from .problems import MISPLACED, SYNTAX
from .strings import unindent


def read_body(cursor: Cursor, what: str, head: int, item: Callable[[], None]) -> None:
    """`{ … }`: `item` reads one thing at a time. `head` is the token that the element begins with.

    A brace that is missing is told once, where the next element of the file begins or at the end of the file.
    """
    cursor.need_sign("{", f"to begin the body of {what}")
    margin = cursor.column(head)
    while not cursor.take_sign("}"):
        if cursor.kinds[cursor.at] == END:
            _missing_brace(cursor, what, head)
            return
        if cursor.fresh[cursor.at] and cursor.begins_element():
            if cursor.column() <= margin:
                _missing_brace(cursor, what, head)
                return
            _misplaced(cursor, what)
            continue
        start = cursor.at
        try:
            item()
        except Broken:
            if cursor.at == start or not cursor.fresh[cursor.at]:
                cursor.skip_line()
        if cursor.at == start:
            cursor.at += 1


def _missing_brace(cursor: Cursor, what: str, head: int) -> None:
    cursor.fail(f'"}}" is missing: {what} began at {cursor.place(head)} and does not end', "close it")


def _misplaced(cursor: Cursor, what: str) -> None:
    cursor.problems.add(
        MISPLACED,
        f"{cursor.told()} cannot stand in {what}",
        cursor.place(),
        f"move it out of {what}",
    )
    if cursor.word() in ("ref", "dep") and not _has_block(cursor):
        cursor.skip_line()
        return
    while not cursor.is_sign("{"):
        cursor.at += 1
    try:
        cursor.skip_balanced()
    except Broken:
        pass


def _has_block(cursor: Cursor) -> bool:
    at = cursor.at
    while cursor.kinds[at] != END:
        if cursor.kinds[at] == SIGN and cursor.texts[at] in ("{", ":"):
            return cursor.texts[at] == "{"
        at += 1
    return False


def end_of_item(cursor: Cursor, what: str) -> None:
    """After an item its line must end, or the body."""
    if not (cursor.ended() or cursor.is_sign("}")):
        remedy = "take out the comma: each stands on a line of its own" if cursor.is_sign(",") else ""
        raise cursor.fail(f"expected the end of the line after {what}, found {cursor.told()}", remedy, rule=SYNTAX)


def is_note(cursor: Cursor) -> bool:
    """Whether `note:` or `note {` is next."""
    if cursor.word() != "note" or cursor.kinds[cursor.at + 1] != SIGN:
        return False
    return cursor.texts[cursor.at + 1] in (":", "{")


def read_note(cursor: Cursor) -> Note:
    """`Note: 'text'` or `Note { 'text' }`."""
    cursor.at += 1
    if cursor.take_sign(":"):
        note = note_text(cursor)
        end_of_item(cursor, "a note")
        return note
    cursor.need_sign("{", "to begin a note")
    note = note_text(cursor)
    cursor.need_sign("}", "after the text of a note")
    return note


def note_text(cursor: Cursor) -> Note:
    """The string of a note."""
    index = cursor.at
    if not cursor.is_text():
        raise cursor.fail(f"a note is a string in quotes, found {cursor.told()}")
    cursor.at += 1
    text = cursor.texts[index]
    return Note(unindent(text) if cursor.kinds[index] == LONG_STRING else text, cursor.place(index))
