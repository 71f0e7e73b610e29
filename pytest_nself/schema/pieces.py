"""One statement of the DDL, with all that is needed to say where in the file its error comes from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from pytest_nself.core.names import ObjectRef, quote_literal, spell_identifier, spell_qualified
from pytest_nself.core.place import Place
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement

from .model import ValueKind
from .problems import SchemaError

Need = tuple[Hashable, ...]
"""What a statement needs, or gives: ("schema", name), ("type", key), ("table", key), ("column", key, name),
("unique", key, columns) for what references can point to, ("index", schema, name), and ("named", key, name) for a
constraint."""


@dataclass(frozen=True, slots=True)
class Span:
    """An expression of the user in a statement: it begins at the character `start`, counted from 0.

    `place` is where its text begins in the file; `exact` tells whether its column is known, and not only its element's.
    """

    start: int
    text: str
    place: Place
    exact: bool = True

    def place_of(self, position: int) -> Place | None:
        """The place of a character of the statement; None if it is not in the expression."""
        offset = position - self.start
        if not 0 <= offset <= len(self.text) or self.place.line is None or self.place.column is None:
            return None
        if not self.exact:
            return self.place
        before = self.text[:offset]
        line_feed = before.rfind("\n")
        column = self.place.column + offset if line_feed < 0 else offset - line_feed
        return Place(self.place.path, self.place.line + before.count("\n"), column)


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement; `needs` must be there before, `gives` is what is missing without it.

    A statement that can fail for several reasons has `steps`: the same one thing at a time. `plain` is a column without
    its default, `default` tells of which kind that is. `probe` is never to be run for good: the server does not say
    where in a statement that alters a table an expression is wrong, and in this one it does.
    """

    statement: Statement
    subject: ObjectRef
    place: Place
    needs: frozenset[Need] = frozenset()
    gives: frozenset[Need] = frozenset()
    spans: tuple[Span, ...] = ()
    plain: Piece | None = None
    default: ValueKind | None = None
    other: Place | None = None
    probe: Piece | None = None
    steps: Callable[[], tuple[Piece, ...]] | None = field(default=None, compare=False, repr=False)

    @property
    def sql(self) -> str:
        """The text that is sent."""
        return self.statement.sql.text


class Writer:
    """Puts the text of a statement together and remembers where the user's expressions stand in it."""

    def __init__(self, text: str = "") -> None:
        self._parts = [text]
        self._length = len(text)
        self.spans: list[Span] = []

    def add(self, text: str) -> Writer:
        """Text of ours."""
        self._parts.append(text)
        self._length += len(text)
        return self

    def bare(self, text: str, place: Place, *, exact: bool = True) -> Writer:
        """An expression as it was written; SchemaError for one with a NUL."""
        if "\0" in text:
            raise _unspeakable(text, place)
        self.spans.append(Span(self._length, text, place, exact))
        return self.add(text)

    def expression(self, text: str, place: Place, *, exact: bool = True) -> Writer:
        """An expression in parentheses, as it was written."""
        self.add("(").bare(text, place, exact=exact)
        # A comment at its end would swallow the parenthesis.
        return self.add("\n)" if "--" in text else ")")

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)

    def statement(self, title: str, place: Place) -> Statement:
        """The statement."""
        return Statement(title, Sql(self.text), place=place)


def inside(place: Place) -> Place:
    """Where the text of an expression in backticks begins."""
    return place if place.column is None else Place(place.path, place.line, place.column + 1)


def name(text: str, place: Place) -> str:
    """An identifier as SQL; SchemaError for one that PostgreSQL cannot hold."""
    try:
        return spell_identifier(text)
    except ValueError:
        raise _unspeakable(text, place) from None


def qualified(schema: str | None, text: str, place: Place) -> str:
    """`schema.name` as SQL, always with its schema."""
    try:
        return spell_qualified(schema or "public", text)
    except ValueError:
        raise _unspeakable(text, place) from None


def literal(text: str, place: Place) -> str:
    """A string as SQL; SchemaError for one with a NUL."""
    try:
        return quote_literal(text).strip() if "\\" in text else quote_literal(text)
    except ValueError:
        raise _unspeakable(text, place) from None


def _unspeakable(text: str, place: Place) -> SchemaError:
    what = "holds a NUL character, which PostgreSQL cannot store" if text else "is empty"
    return SchemaError(f"{text!r} {what}", "", "take it out", place=place)


def reference(kind: str, key: tuple[str | None, str], part: str | None = None) -> ObjectRef:
    """The object of a finding."""
    return ObjectRef(kind, key[0], key[1], part)
