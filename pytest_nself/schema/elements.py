"""Everything of a file that is no table and no reference: enums, groups, notes, the project, diagrams."""

from __future__ import annotations

from typing import NamedTuple

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

from .blocks import end_of_item, is_note, note_text, read_body, read_note
from .comments import Comments
from .cursor import METADATA_KINDS, QUOTED, STRING, WORD, Cursor
from .model import Block, Comment, Enum, EnumValue, Member, Note, Project, Setting, StickyNote, TableGroup, Use, Used
from .problems import IGNORED, UNKNOWN, nearest
from .settings import Settings, Target, read_setting_value, read_settings, read_value

USED_KINDS = ("table", "enum", "tablegroup", "tablepartial", "note", "schema", "diagramview")


class MetadataBlock(NamedTuple):
    """`Metadata Table users { key: 'value' }`: what it is about, and what it says."""

    kind: str
    target: tuple[str, ...]
    settings: tuple[Setting, ...]
    place: Place


def read_enum(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> Enum:
    """An enum and its values."""
    head = cursor.at
    cursor.at += 1
    schema, name = cursor.qualified("an enum")
    cursor.problems.subject = ObjectRef("enum", schema, name)
    values: list[EnumValue] = []
    notes: list[Note] = []
    inner: list[Comment] = []

    def item() -> None:
        before = comments.before()
        if is_note(cursor):
            notes.append(read_note(cursor))
            inner.extend(before + comments.behind())
            return
        start = cursor.at
        if not cursor.is_name():
            raise cursor.fail(f"expected the name of a value, found {cursor.told()}", "put it in double quotes")
        value = cursor.name("a value")
        note = None
        if cursor.is_sign("["):
            settings = Settings(cursor, read_settings(cursor))
            note = settings.note()
            settings.refuse_rest(("note",))
        end_of_item(cursor, f'the value "{value}"')
        values.append(EnumValue(value, note, comments=before + comments.behind(), place=cursor.place(start)))

    read_body(cursor, f'enum "{name}"', head, item)
    inner.extend(comments.behind())
    note = notes[0] if notes else None
    return Enum(name, tuple(values), schema, note, comments=(*above, *inner), place=cursor.place(head))


def read_group(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> TableGroup:
    """A group of tables."""
    head = cursor.at
    cursor.at += 1
    schema, name = cursor.qualified("a table group")
    cursor.problems.subject = ObjectRef("table group", schema, name)
    settings, metadata, note = _head(cursor)
    members: list[Member] = []
    notes: list[Note] = [note] if note else []
    inner: list[Comment] = []

    def item() -> None:
        inner.extend(comments.before())
        if is_note(cursor):
            notes.append(read_note(cursor))
        else:
            start = cursor.at
            of, member = cursor.qualified("a table")
            end_of_item(cursor, f'the table "{member}"')
            members.append(Member(member, of, cursor.place(start)))
        inner.extend(comments.behind())

    read_body(cursor, f'table group "{name}"', head, item)
    inner.extend(comments.behind())
    last = notes[-1] if notes else None
    return TableGroup(name, tuple(members), schema, last, settings, metadata, (*above, *inner), cursor.place(head))


def read_sticky(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> StickyNote:
    """A note of its own."""
    head = cursor.at
    cursor.at += 1
    name = ".".join(cursor.path("a note"))
    settings, metadata, _ = _head(cursor)
    texts: list[Note] = []

    def item() -> None:
        texts.append(note_text(cursor))
        end_of_item(cursor, "a note")

    if cursor.take_sign(":"):
        item()
    else:
        read_body(cursor, f'note "{name}"', head, item)
    if len(texts) != 1:
        cursor.fail("a note is one string in quotes", index=head)
    text = texts[0].text if texts else ""
    return StickyNote(name, text, settings, metadata, above + comments.behind(), cursor.place(head))


def read_project(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> Project:
    """The head of the file."""
    head = cursor.at
    cursor.at += 1
    name = ".".join(cursor.path("a project")) if cursor.is_name() else None
    settings: list[Setting] = []
    notes: list[Note] = []
    inner: list[Comment] = []

    def item() -> None:
        inner.extend(comments.before())
        if is_note(cursor):
            notes.append(read_note(cursor))
        else:
            settings.append(_pair(cursor))
        inner.extend(comments.behind())

    read_body(cursor, "the project", head, item)
    inner.extend(comments.behind())
    note = notes[0] if notes else None
    return Project(name, tuple(settings), note, comments=(*above, *inner), place=cursor.place(head))


def read_metadata(cursor: Cursor, comments: Comments) -> MetadataBlock:
    """`Metadata Table users { key: 'value' }`."""
    head = cursor.at
    cursor.at += 1
    kind = cursor.name("the kind of what the metadata is about").lower()
    if kind not in METADATA_KINDS:
        raise cursor.fail(
            f"metadata is about a table, a column, a table group or a note, not {cursor.told(head + 1)}",
            nearest(kind, METADATA_KINDS),
            index=head + 1,
            rule=UNKNOWN,
        )
    target = tuple(cursor.path("what the metadata is about"))
    if cursor.is_sign("["):
        cursor.skip_balanced()
    settings: list[Setting] = []

    def item() -> None:
        settings.append(_pair(cursor))

    read_body(cursor, "the metadata", head, item)
    comments.behind()
    return MetadataBlock(kind, target, tuple(settings), cursor.place(head))


def read_use(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> Use:
    """`use { table users } from './other'` or `use * from './other'`."""
    head = cursor.at
    again = cursor.word() == "reuse"
    cursor.at += 1
    elements: list[Used] = []

    def item() -> None:
        start = cursor.at
        kind = cursor.name("a kind (table, enum, …)").lower()
        if kind not in USED_KINDS:
            raise cursor.fail(f'"{kind}" is no kind of element', nearest(kind, USED_KINDS), index=start, rule=UNKNOWN)
        schema, name = cursor.qualified(f"a {kind}")
        alias = None
        if cursor.word() == "as":
            cursor.at += 1
            alias = cursor.name("an alias")
        elements.append(Used(kind, name, schema, alias, cursor.place(start)))
        end_of_item(cursor, "an element")

    if not cursor.take_sign("*"):
        read_body(cursor, "what is used", head, item)
    if cursor.word() != "from":
        raise cursor.fail(f'expected "from" and a path, found {cursor.told()}')
    cursor.at += 1
    if cursor.kinds[cursor.at] != STRING:
        raise cursor.fail(f"expected a path in quotes, found {cursor.told()}")
    path = cursor.texts[cursor.at]
    if not path.startswith(("./", "../")):
        cursor.fail(f'the path "{path}" is not relative', 'begin it with "./" or "../"')
    cursor.at += 1
    return Use(path, tuple(elements), again, above + comments.behind(), cursor.place(head))


def read_block(cursor: Cursor, comments: Comments, above: tuple[Comment, ...]) -> Block:
    """A `DiagramView` or a `Dep`: read over, and told that it changes nothing in a database."""
    head = cursor.at
    kind = cursor.texts[head]
    cursor.at += 1
    name = ".".join(cursor.path("it")) if cursor.kinds[cursor.at] in (WORD, QUOTED) else None
    if cursor.is_sign("["):
        cursor.skip_balanced()
    if cursor.take_sign(":"):
        _edge(cursor)
        if cursor.is_sign("["):
            cursor.skip_balanced()
        end_of_item(cursor, kind)
    elif cursor.is_sign("{"):
        cursor.skip_balanced()
    else:
        raise cursor.fail(f'expected ":" or "{{" after the head of {kind}, found {cursor.told()}')
    text = cursor.source(head, cursor.at - 1)
    # Its comments are in its text already; a directive among them is told.
    comments.sort(comments.until(cursor.ends[cursor.at - 1]))
    cursor.problems.warn(
        IGNORED, f"{kind} changes nothing in a database: it is kept and passed over", cursor.place(head)
    )
    return Block(kind, name, text, above + comments.behind(), cursor.place(head))


def _edge(cursor: Cursor) -> None:
    cursor.path("a table or a column")
    value = read_setting_value(cursor)
    if not isinstance(value, Target) or value.sign not in ("->", "<-"):
        raise cursor.fail('expected "->" or "<-" between two tables or columns')


def _pair(cursor: Cursor) -> Setting:
    """`key: value` on a line of its own."""
    start = cursor.at
    key = cursor.name("a setting")
    cursor.need_sign(":", f'after "{key}"')
    value = read_value(cursor)
    end_of_item(cursor, f'"{key}"')
    return Setting(key, value, cursor.kinds[start] == QUOTED, cursor.place(start))


def _head(cursor: Cursor) -> tuple[tuple[Setting, ...], tuple[Setting, ...], Note | None]:
    if not cursor.is_sign("["):
        return (), (), None
    given = read_settings(cursor)
    settings = Settings(cursor, given)
    note = settings.note()
    color = settings.color("color")
    own: tuple[Setting, ...] = ()
    if color is not None:
        own = (Setting("color", color, place=next(cursor.place(one.token) for one in given if one.key == "color")),)
    return own, settings.custom(("color", "note")), note
