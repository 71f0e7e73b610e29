"""pydbml's objects as a `Schema`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .columns import read_type
from .comments import Comments
from .cursor import END, Broken, Cursor
from .model import (
    NOWHERE,
    PUBLIC,
    Column,
    ColumnType,
    Comment,
    Directive,
    Endpoint,
    Enum,
    EnumValue,
    Index,
    IndexItem,
    Member,
    Note,
    Project,
    Ref,
    Relation,
    Schema,
    Setting,
    StickyNote,
    Table,
    TableGroup,
    Value,
    ValueKind,
)
from .problems import Problems
from .spelling import is_bare
from .tokens import tokenize

if TYPE_CHECKING:
    from pydbml.database import Database


def from_pydbml(database: Database) -> Schema:
    """The schema that pydbml's objects say, whether they were parsed or made by a program; nothing in it has a place.

    Nothing is judged, and nothing is left out. `public` is taken as not written, properties are metadata, and comments
    that begin with `hasura:` are directives. pydbml itself needs not be imported.
    """
    source: Any = database
    refs = tuple(map(_ref, source.refs))
    inline: dict[tuple[str | None, str, str], list[Ref]] = {}
    for ref in refs:
        if ref.inline:
            inline.setdefault((ref.left.schema, ref.left.table, ref.left.columns[0]), []).append(ref)
    return Schema(
        project=None if source.project is None else _project(source.project),
        tables=tuple(_table(one, inline) for one in source.tables),
        enums=tuple(map(_enum, source.enums)),
        refs=refs,
        groups=tuple(map(_group, source.table_groups)),
        notes=tuple(StickyNote(one.name, one.text) for one in source.sticky_notes),
    )


def _schema(name: str | None) -> str | None:
    return None if name == PUBLIC else name or None


def _note(note: Any) -> Note | None:
    text = "" if note is None else str(note)
    return Note(text) if text else None


def _said(comment: str | None) -> tuple[tuple[Comment, ...], tuple[Directive, ...]]:
    """A comment's lines, each as the reader would take it."""
    if comment is None:
        return (), ()
    tokens = tokenize("\n".join(f"// {line}" for line in comment.split("\n")), NOWHERE.path)
    directives: list[Directive] = []
    comments = Comments(Cursor(tokens, Problems(NOWHERE.path))).sort(tokens.comments, directives)
    return _nowhere(comments), _nowhere(directives)


def _nowhere(found: Any) -> Any:
    return tuple(replace(one, place=NOWHERE) for one in found)


def _comments(comment: str | None) -> tuple[Comment, ...]:
    """A comment of what has no directives."""
    return () if comment is None else tuple(Comment(line.strip()) for line in comment.split("\n"))


def _settings(items: Mapping[str, Any]) -> tuple[Setting, ...]:
    return tuple(
        Setting(key, Value(ValueKind.STRING, str(value)), quoted=not (is_bare(key) and key == key.lower()))
        for key, value in items.items()
    )


def _project(project: Any) -> Project:
    return Project(
        project.name or None,
        _settings(project.items),
        _note(project.note),
        comments=_comments(project.comment),
    )


def _enum(enum: Any) -> Enum:
    values = tuple(EnumValue(one.name, _note(one.note), comments=_comments(one.comment)) for one in enum.items)
    return Enum(enum.name, values, _schema(enum.schema), comments=_comments(enum.comment))


def _table(table: Any, inline: Mapping[tuple[str | None, str, str], list[Ref]]) -> Table:
    schema = _schema(table.schema)
    color = table.header_color
    comments, directives = _said(table.comment)
    return Table(
        table.name,
        schema,
        table.alias,
        columns=tuple(_column(one, tuple(inline.get((schema, table.name, one.name), ()))) for one in table.columns),
        indexes=tuple(map(_index, table.indexes)),
        note=_note(table.note),
        settings=(Setting("headercolor", Value(ValueKind.COLOR, color)),) if color else (),
        metadata=_settings(table.properties),
        directives=directives,
        comments=comments,
    )


def _column(column: Any, refs: tuple[Ref, ...]) -> Column:
    comments, directives = _said(column.comment)
    return Column(
        column.name,
        _type(column.type),
        pk=bool(column.pk),
        unique=bool(column.unique),
        not_null=True if column.not_null else None,
        increment=bool(column.autoinc),
        default=None if column.default is None else _default(column.default),
        note=_note(column.note),
        refs=refs,
        metadata=_settings(column.properties),
        directives=directives,
        comments=comments,
    )


def _type(kind: Any) -> ColumnType:
    """The type of an enum, or of a text; what is no type of the language in one word is one in quotes."""
    if not isinstance(kind, str):
        return ColumnType(kind.name, _schema(kind.schema), quoted=not is_bare(kind.name))
    tokens = tokenize(kind, NOWHERE.path)
    cursor = Cursor(tokens, Problems(NOWHERE.path))
    try:
        read = read_type(cursor)
    except Broken:
        return ColumnType(kind, quoted=True)
    if cursor.kinds[cursor.at] != END or tokens.comments or "".join(read.text.split()) != "".join(kind.split()):
        return ColumnType(kind, quoted=True)
    return replace(read, schema=_schema(read.schema), place=NOWHERE)


def _default(value: Any) -> Value:
    if isinstance(value, bool):
        return Value(ValueKind.BOOLEAN, str(value).lower())
    if isinstance(value, int | float):
        return Value(ValueKind.NUMBER, str(value))
    if isinstance(value, str):
        return Value(ValueKind.STRING, value)
    return Value(ValueKind.EXPRESSION, str(value))


def _index(index: Any) -> Index:
    return Index(
        tuple(map(_item, index.subjects)),
        index.name,
        bool(index.unique),
        bool(index.pk),
        index.type,
        note=_note(index.note),
        comments=_comments(index.comment),
    )


def _item(subject: Any) -> IndexItem:
    """A column, by itself or by its name, or an expression, which alone has a text."""
    if isinstance(subject, str):
        return IndexItem(subject)
    return IndexItem(subject.text, expression=True) if hasattr(subject, "text") else IndexItem(subject.name)


def _ref(ref: Any) -> Ref:
    return Ref(
        _endpoint(ref.col1),
        Relation(ref.type),
        _endpoint(ref.col2),
        name=ref.name,
        on_delete=ref.on_delete.lower() if ref.on_delete else None,
        on_update=ref.on_update.lower() if ref.on_update else None,
        # pydbml's own property denies it for `<>`, whose table in between is named by it.
        inline=bool(vars(ref).get("_inline", ref.inline)),
        comments=_comments(ref.comment),
    )


def _endpoint(columns: Any) -> Endpoint:
    table = columns[0].table
    return Endpoint(table.name, tuple(column.name for column in columns), _schema(table.schema))


def _group(group: Any) -> TableGroup:
    return TableGroup(
        group.name,
        tuple(map(_member, group.items)),
        note=_note(group.note),
        settings=(Setting("color", Value(ValueKind.COLOR, group.color)),) if group.color else (),
        comments=_comments(group.comment),
    )


def _member(table: Any) -> Member:
    if isinstance(table, str):
        schema, _, name = table.rpartition(".")
        return Member(name, _schema(schema))
    return Member(table.name, _schema(table.schema))
