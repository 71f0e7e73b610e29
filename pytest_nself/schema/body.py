"""The bodies of tables and of their partials, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from . import spelling
from .model import (
    Check,
    Column,
    Comment,
    Directive,
    Index,
    IndexItem,
    Injection,
    Note,
    Ref,
    Table,
    TablePartial,
)

MARGIN = "  "
_WIDEST = 34
"""A name or a type that is wider does not push its neighbours' columns to the right."""
_LAST = 1 << 60


@dataclass(frozen=True, slots=True)
class Own:
    """What a table, or a partial, says itself; `line` is that of its head."""

    line: int | None
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...]
    checks: tuple[Check, ...]
    note: Note | None
    comments: tuple[Comment, ...]
    directives: tuple[Directive, ...]
    injections: tuple[Injection, ...] = ()


class _Part(NamedTuple):
    """A part of a body: where it stood, its lines, and whether a comment above it stays a comment of the table."""

    line: int | None
    lines: list[str]
    takes_comments: bool
    parted: bool


def own_of(table: Table | TablePartial, **replaced: object) -> Own:
    """What is written in the body of this table."""
    values: dict[str, object] = {
        "line": table.place.line,
        "columns": table.columns,
        "indexes": table.indexes,
        "checks": table.checks,
        "note": table.note,
        "comments": table.comments,
        "directives": table.directives,
        **replaced,
    }
    return Own(**values)  # type: ignore[arg-type]


def element(head: str, own: Own) -> list[str]:
    """The lines of a table: comments above it, its head, its body."""
    above, inner = _remarks(own)
    behind = [one for one in inner if one.line == own.line]
    inner = inner[len(behind) :]
    lines = [spelling.comment(one.text) for one in above]
    lines.append(head + " {" + spelling.trailing([Comment(one.text) for one in behind]))
    lines += _filled(_parts(own), inner)
    return [*lines, "}"]


class Remark(NamedTuple):
    """A comment or a directive: the line it stood at, and its text."""

    line: int
    text: str
    directs: bool = False


def _remarks(own: Own) -> tuple[list[Remark], list[Remark]]:
    """Comments and directives above the head and in the body, in the order of the file.

    A comment without a place stands above, such a directive behind the columns, and such SQL at the end.
    """
    sql = [one for one in own.comments if one.place.line is None and one.text.startswith("nself:")]
    above, rest = spelling.split_comments([one for one in own.comments if one not in sql], own.line)
    upper = [Remark(one.place.line or 0, one.text) for one in above]
    inner = [Remark(one.place.line or 0, one.text) for one in rest]
    last_column = max((one.place.line or 0 for one in own.columns if one.partial is None), default=0)
    placed = False
    for directive in own.directives:
        line = directive.place.line
        if line is not None and own.line is not None and line < own.line and not placed:
            upper.append(Remark(line, directive.text, True))
        else:
            placed = True
            inner.append(Remark(last_column if line is None else line, directive.text, True))
    inner += [Remark(_LAST, one.text) for one in sql]
    return sorted(upper, key=lambda one: one.line), sorted(inner, key=lambda one: one.line)


def _parts(own: Own) -> list[_Part]:
    """The parts of a body, in the order of the file; what has no place follows the custom: the note comes first."""
    columns = list(_column_parts(own))
    first = next((one.line for one in columns if one.line is not None), None)
    parts = []
    if own.indexes:
        parts.append(_block("indexes", [_index(one) for one in own.indexes], own.indexes))
    if own.checks:
        parts.append(_block("checks", [_check(one) for one in own.checks], own.checks))
    note = None
    if own.note is not None:
        text = f"{MARGIN}Note: {spelling.note(own.note, MARGIN)}"
        note = _Part(own.note.place.line, [text], takes_comments=True, parted=True)
    if note is not None and first is not None and note.line is not None and note.line > first:
        parts.append(note)
        note = None
    parts.sort(key=lambda one: _LAST if one.line is None else one.line)
    return [*([note] if note else []), *columns, *parts]


def _filled(parts: Sequence[_Part], remarks: list[Remark]) -> list[str]:
    """The parts with the comments between them."""
    lines: list[str] = []
    left = list(remarks)
    in_columns = False
    for part in parts:
        taken: list[Remark] = []
        if part.takes_comments:
            while left and (left[0].line <= part.line if part.line is not None else lines and left[0].line < _LAST):
                taken.append(left.pop(0))
        if lines and (part.parted or not in_columns):
            # Directives follow the columns; what else stands there is about what comes.
            ends = max((at for at, one in enumerate(taken, 1) if one.directs and in_columns), default=0)
            lines += [MARGIN + spelling.comment(one.text) for one in taken[:ends]]
            taken = taken[ends:]
            lines.append("")
        lines += [MARGIN + spelling.comment(one.text) for one in taken]
        lines += part.lines
        in_columns = not part.parted
    return lines + [MARGIN + spelling.comment(one.text) for one in left]


def _column_parts(own: Own) -> Iterator[_Part]:
    """The columns, and between them the partials that are put in."""
    columns = [one for one in own.columns if one.partial is None]
    names = _width(spelling.leading(one.name) for one in columns)
    types = _width(spelling.column_type(one.type) for one in columns if _settings(one))
    injections = list(own.injections)
    taken: tuple[Comment | Directive, ...] = (
        *own.directives,
        *own.comments,
    )  # their lines are not blank, though they may move
    ends: int | None = None
    for number, column in enumerate(columns):
        while injections and injections[0].before <= number:
            one = injections.pop(0)
            yield _Part(one.place.line, [f"{MARGIN}~{spelling.name(one.name)}"], takes_comments=True, parted=False)
            ends = one.place.line
        above, behind = spelling.split_comments(column.comments, column.place.line)
        lines = [MARGIN + spelling.comment(comment.text) for comment in above]
        lines.append(MARGIN + _column(column, names, types) + spelling.trailing([*behind, *column.directives]))
        begins = min((comment.place.line or _LAST for comment in above), default=_LAST)
        begins = min(begins, column.place.line or _LAST)
        between = sum(ends < (one.place.line or 0) < begins for one in taken) if ends is not None else 0
        if ends is not None and begins < _LAST and begins - ends - between > 1:
            lines.insert(0, "")
        if column.place.line is not None:
            ends = column.place.line + lines[-1].count("\n")
        yield _Part(column.place.line, lines, takes_comments=False, parted=False)
    for one in injections:
        yield _Part(one.place.line, [f"{MARGIN}~{spelling.name(one.name)}"], takes_comments=True, parted=False)


def _width(texts: Iterable[str]) -> int:
    return max((len(text) for text in texts if len(text) <= _WIDEST), default=0)


def _column(column: Column, names: int, types: int) -> str:
    settings = _settings(column)
    type_ = spelling.column_type(column.type)
    line = f"{spelling.leading(column.name).ljust(names)} {type_.ljust(types) if settings else type_}"
    return line + spelling.listed(settings)


def _settings(column: Column) -> list[str]:
    said = [word for word, there in (("pk", column.pk), ("increment", column.increment)) if there]
    said += ["unique"] if column.unique else []
    said += {None: [], True: ["not null"], False: ["null"]}[column.not_null]
    said += [f"default: {spelling.value(column.default)}"] if column.default is not None else []
    said += [f"check: {spelling.expression(check.expression)}" for check in column.checks]
    said += [f"ref: {sign(ref)} {spelling.endpoint(ref.right)}" for ref in column.refs]
    said += [f"note: {spelling.note(column.note, MARGIN)}"] if column.note is not None else []
    if all(map(spelling.fits_a_list, column.metadata)):
        said += map(spelling.setting, column.metadata)
    return said


def sign(ref: Ref) -> str:
    """The sign between the two ends of a reference."""
    return "?" * ref.left_optional + ref.relation.value + "?" * ref.right_optional


def _block(word: str, texts: Sequence[str], of: Sequence[Index | Check]) -> _Part:
    lines = [f"{MARGIN}{word} {{"]
    inner = MARGIN * 2
    for text, one in zip(texts, of, strict=True):
        above, behind = spelling.split_comments(one.comments, one.place.line)
        lines += [inner + spelling.comment(comment.text) for comment in above]
        lines.append(inner + text + spelling.trailing(behind))
    line = next((one.place.line for one in of if one.place.line is not None), None)
    # Its first line is the one before its first entry's.
    return _Part(None if line is None else line - 1, [*lines, f"{MARGIN}}}"], takes_comments=True, parted=True)


def _check(check: Check) -> str:
    named = [] if check.name is None else [f"name: {spelling.string(check.name)}"]
    return spelling.expression(check.expression) + spelling.listed(named)


def _index(index: Index) -> str:
    said = [word for word, there in (("pk", index.pk), ("unique", index.unique)) if there]
    said += [f"name: {spelling.string(index.name)}"] if index.name is not None else []
    if index.type is not None:
        bare = spelling.is_bare(index.type) and index.type.lower() not in ("true", "false", "null")
        said.append(f"type: {index.type if bare else spelling.string(index.type)}")
    said += [f"where: {spelling.expression(index.where)}"] if index.where is not None else []
    said += [f"note: {spelling.note(index.note, MARGIN * 2)}"] if index.note is not None else []
    items = [_item(one) for one in index.items]
    bare = len(items) == 1 and not (index.items[0].descending is not None or index.items[0].nulls_first is not None)
    return (items[0] if bare else f"({', '.join(items)})") + spelling.listed(said)


_ORDER_WORDS = frozenset(("asc", "desc", "nulls", "first", "last"))


def _item(item: IndexItem) -> str:
    order = {None: "", True: " DESC", False: " ASC"}[item.descending]
    order += {None: "", True: " NULLS FIRST", False: " NULLS LAST"}[item.nulls_first]
    if item.expression:
        return spelling.expression(item.text + order)
    if order and spelling.is_bare(item.text) and item.text.lower() not in _ORDER_WORDS:
        # In backticks the order is DBML in every reader's eyes.
        return spelling.expression(item.text + order)
    return spelling.name(item.text) + order
