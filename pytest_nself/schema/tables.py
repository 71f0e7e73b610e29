"""Tables and table partials."""

from __future__ import annotations

from dataclasses import replace

from pytest_nself.core.names import ObjectRef

from .blocks import end_of_item, is_note, read_body, read_note
from .columns import read_column
from .comments import Comments
from .cursor import SIGN, Cursor
from .indexes import read_checks, read_indexes
from .model import (
    Check,
    Column,
    Comment,
    Directive,
    Index,
    Injection,
    Note,
    Records,
    Setting,
    Table,
    TablePartial,
)
from .problems import DUPLICATE, MISPLACED, UNKNOWN, nearest
from .records import read_records
from .settings import Settings, read_settings

SETTINGS = ("headercolor", "note")


class TableBody:
    """What the body of a table or a partial holds, while it is read."""

    __slots__ = (
        "_comments",
        "_cursor",
        "_table",
        "_what",
        "checks",
        "columns",
        "directives",
        "indexes",
        "injections",
        "inner",
        "note",
        "partial",
        "records",
    )

    def __init__(self, cursor: Cursor, comments: Comments, table: tuple[str | None, str], partial: bool) -> None:
        self._cursor = cursor
        self._comments = comments
        self._table = table
        self._what = ("table partial " if partial else "table ") + f'"{table[1]}"'
        self.partial = partial
        self.columns: list[Column] = []
        self.indexes: list[Index] = []
        self.checks: list[Check] = []
        self.records: list[Records] = []
        self.injections: list[Injection] = []
        self.directives: list[Directive] = []
        self.inner: list[Comment] = []
        self.note: Note | None = None

    def read(self, head: int) -> None:
        """Read the body; its comments after the last item are the table's."""
        comments, cursor = self._comments, self._cursor
        comments.directives = self.directives
        opening = cursor.at
        if cursor.is_sign("{"):
            # A comment behind the opening brace belongs to the table, not to its first column.
            line_end = cursor.tokens.source.find("\n", cursor.ends[opening])
            self.inner.extend(comments.sort(comments.until(min(line_end, cursor.starts[opening + 1]))))
        read_body(cursor, self._what, head, self._item)
        self.inner.extend(comments.behind())
        comments.directives = None

    def _item(self) -> None:
        cursor = self._cursor
        kind, text, following = cursor.kinds[cursor.at], cursor.texts[cursor.at], cursor.texts[cursor.at + 1]
        if cursor.kinds[cursor.at + 1] == SIGN and following in "{:([" and self._block(cursor.word(), following):
            return
        if kind == SIGN and text == "~":
            self._injection()
            return
        comments = self._comments
        above = comments.before()
        column = read_column(cursor, self._table)
        directives: list[Directive] = []
        around = above + comments.behind(directives)
        if around or directives:
            column = replace(column, comments=around, directives=tuple(directives))
        self.columns.append(column)

    def _block(self, word: str, following: str) -> bool:
        cursor, comments = self._cursor, self._comments
        if is_note(cursor):
            self._note()
        elif word == "indexes" and following == "{":
            self.inner.extend(comments.before())
            self.inner.extend(read_indexes(cursor, comments, self.indexes.append))
        elif word == "checks" and following == "{":
            self.inner.extend(comments.before())
            self.inner.extend(read_checks(cursor, comments, self.checks.append))
        elif word == "records" and following in "{([:":
            if self.partial:
                raise cursor.fail("a table partial has no records", "move them to a table", rule=MISPLACED)
            self.records.append(read_records(cursor, comments, comments.before(), self._table))
        elif following in ":{":
            cursor.fail(
                f"unknown block {cursor.told()} in {self._what}",
                nearest(word, ("indexes", "checks", "records", "note")),
                rule=UNKNOWN,
            )
            cursor.at += 1
            if following == "{":
                cursor.skip_balanced()
            else:
                cursor.skip_line()
        else:
            return False
        return True

    def _note(self) -> None:
        cursor = self._cursor
        self.inner.extend(self._comments.before())
        place = cursor.place()
        note = read_note(cursor)
        if self.note is not None:
            message = f"{self._what} has two notes: here and at {self.note.place}"
            cursor.problems.add(DUPLICATE, message, place, "keep one of them")
        self.note = self.note or note
        self.inner.extend(self._comments.behind())

    def _injection(self) -> None:
        cursor = self._cursor
        start = cursor.at
        self.inner.extend(self._comments.before())
        cursor.at += 1
        name = cursor.name("a table partial")
        end_of_item(cursor, f"~{name}")
        if self.partial:
            message = f"{self._what} cannot take another partial"
            cursor.problems.add(MISPLACED, message, cursor.place(start), "let the tables take both")
            return
        self.injections.append(Injection(name, len(self.columns), cursor.place(start)))
        self.inner.extend(self._comments.behind())


def read_table(
    cursor: Cursor, comments: Comments, above: tuple[Comment, ...], directives: list[Directive]
) -> tuple[Table, list[Records]]:
    """A table, and the records in it; its partials are not yet in it."""
    head = cursor.at
    cursor.at += 1
    schema, name = cursor.qualified("a table")
    cursor.problems.subject = ObjectRef("table", schema, name)
    alias = None
    if cursor.word() == "as":
        cursor.at += 1
        alias = cursor.name("an alias")
    settings, metadata, note = _head(cursor, SETTINGS)
    body = TableBody(cursor, comments, (schema, name), partial=False)
    body.directives.extend(directives)
    body.read(head)
    table = Table(
        name,
        schema,
        alias,
        tuple(body.columns),
        tuple(body.indexes),
        tuple(body.checks),
        body.note or note,
        settings,
        metadata,
        tuple(body.directives),
        tuple(body.injections),
        (*above, *body.inner),
        cursor.place(head),
    )
    return table, body.records


def read_partial(
    cursor: Cursor, comments: Comments, above: tuple[Comment, ...], directives: list[Directive]
) -> TablePartial:
    """A table partial."""
    head = cursor.at
    cursor.at += 1
    name = cursor.name("a table partial")
    cursor.problems.subject = ObjectRef("table partial", None, name)
    settings, metadata, note = _head(cursor, SETTINGS)
    body = TableBody(cursor, comments, (None, name), partial=True)
    body.directives.extend(directives)
    body.read(head)
    return TablePartial(
        name,
        tuple(body.columns),
        tuple(body.indexes),
        tuple(body.checks),
        body.note or note,
        settings,
        metadata,
        tuple(body.directives),
        (*above, *body.inner),
        cursor.place(head),
    )


def _head(cursor: Cursor, known: tuple[str, ...]) -> tuple[tuple[Setting, ...], tuple[Setting, ...], Note | None]:
    """The settings in a head: those of the language, the custom ones, and the note among them."""
    if not cursor.is_sign("["):
        return (), (), None
    given = read_settings(cursor)
    settings = Settings(cursor, given)
    note = settings.note()
    own: list[Setting] = settings.lineage()
    for key in known:
        value = settings.color(key) if "color" in key else None
        if value is not None:
            own.append(Setting(key, value, place=next(cursor.place(one.token) for one in given if one.key == key)))
    return tuple(own), settings.custom(known), note
