"""Writes a `Schema` as the text of a schema.dbml, which reads back as the same schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_nself.core.place import Place

from . import spelling
from .body import MARGIN, element, own_of, sign
from .diagram import Block, Project, Records, StickyNote, TableGroup, Use
from .model import Column, Comment, Enum, Note, Ref, Schema, Setting, Table, TablePartial

_LAST = 1 << 60


def write_schema(schema: Schema) -> str:
    """The text of a schema.dbml. Elements stand where their places say; those without a place follow their kind.

    What the schema was read from reads back equal, comments and directives included: blanks, the case of keywords and
    the ways in which one thing can be said are the writer's own.
    """
    texts: list[str] = []
    loose = False
    for one in _in_order(schema):
        text = "\n".join(one.lines)
        if texts and not (one.near and loose):
            texts.append("")
        texts.append(text)
        loose = one.loose
    return "\n".join(texts) + "\n" if texts else ""


class _Element(NamedTuple):
    """An element of the file: the line it stands at, the rank of its kind, its text.

    A loose comment belongs to none; `near` is one that stands right below another.
    """

    line: int
    rank: int
    lines: list[str]
    loose: bool = False
    near: bool = False


def _in_order(schema: Schema) -> list[_Element]:
    """Each kind keeps its own order; among kinds the places tell."""
    partials = {one.name: one for one in reversed(schema.partials)}
    first = next((one.place.line for one in schema.tables if one.place.line is not None), _LAST - 1)
    kinds = [
        _placed(0, [(one.place, _use(one)) for one in schema.uses], 0),
        _placed(1, [(schema.project.place, _project(schema.project))] if schema.project else [], 0),
        _placed(2, [(one.place, _enum(one)) for one in schema.enums], first),
        _placed(3, [(one.place, _partial(one)) for one in schema.partials], first),
        _placed(5, [(one.place, _table(one, partials)) for one in schema.tables], _LAST - 1),
        _refs(schema),
        _placed(8, [(one.place, _records(one)) for one in schema.records], _LAST),
        _placed(9, [(one.place, _group(one)) for one in schema.groups], _LAST),
        _placed(10, [(one.place, _sticky(one)) for one in schema.notes], _LAST),
        _placed(11, [(one.place, _raw(one)) for one in schema.blocks], _LAST),
        list(_loose(schema.comments)),
    ]
    merged: list[_Element] = []
    waiting = [kind for kind in kinds if kind]
    while waiting:
        nearest = min(waiting, key=lambda kind: kind[0][:2])
        merged.append(nearest.pop(0))
        waiting = [kind for kind in waiting if kind]
    return merged


def _placed(rank: int, elements: Iterable[tuple[Place, list[str]]], line: int) -> list[_Element]:
    """Elements of one kind; one without a place stands behind the one before it, the first of them at `line`."""
    found = []
    for place, lines in elements:
        line = place.line if place.line is not None else line
        found.append(_Element(line, rank, lines))
    return found


def _loose(comments: Sequence[Comment]) -> Iterator[_Element]:
    last: int | None = None
    for one in comments:
        line = one.place.line
        near = last is not None and (line is None or line - last <= 1)
        yield _Element(_LAST if line is None else line, 12, [spelling.comment(one.text)], loose=True, near=near)
        last = (line or 0) + one.text.count("\n")


def _refs(schema: Schema) -> list[_Element]:
    """The references that stand by themselves; one without a place stands where the order of all of them wants it."""
    lines = {table.key: table.place.line or _LAST - 1 for table in schema.tables}
    last_inline = max((at for at, ref in enumerate(schema.refs) if ref.inline), default=-1)
    found: list[_Element] = []
    before = -1
    for at, ref in enumerate(schema.refs):
        if ref.inline:
            before = lines.get(ref.left.key, before)
            continue
        line, rank = ref.place.line, 6
        if line is None:
            if at > last_inline:
                line = max(found[-1].line if found else 0, *lines.values(), 0)
            elif before >= 0:
                line = before
            else:
                line, rank = 0, 4
        found.append(_Element(line, rank, _ref(ref)))
    return found


def _table(table: Table, partials: Mapping[str, TablePartial]) -> list[str]:
    taken = [partials[one.name] for one in table.partials if one.name in partials]
    last_first = taken[::-1]
    settings = _own(table.settings, [one.settings for one in last_first])
    metadata = _own(table.metadata, [one.metadata for one in last_first])
    listable = _fit_head(settings, metadata, "headercolor")
    given = next((one.note for one in last_first if one.note is not None), None)
    brought = tuple(one for partial in taken for one in partial.directives)
    directives = table.directives
    if brought and directives[-len(brought) :] == brought:
        directives = directives[: -len(brought)]
    own = own_of(
        table,
        columns=tuple(one for one in table.columns if one.partial is None),
        indexes=tuple(one for one in table.indexes if one.partial is None),
        checks=tuple(one for one in table.checks if one.partial is None),
        note=None if table.note == given else table.note,
        directives=directives,
        injections=table.partials,
    )
    name = spelling.qualified(table.schema, table.name)
    alias = f" as {spelling.name(table.alias)}" if table.alias is not None else ""
    head = f"Table {name}{alias}{_head([*settings, *metadata]) if listable else ''}"
    lines = element(head, own)
    if not listable:
        lines += ["", *_metadata("Table", name, (*table.settings, *table.metadata))]
    originals = {(partial.name, one.name): one for partial in taken for one in partial.columns}
    for column in table.columns:
        lines += _about_column(name, column, originals.get((column.partial or "", column.name)))
    return lines


def _about_column(table: str, column: Column, original: Column | None) -> list[str]:
    """What is said of a column in a block of its own: what its list cannot hold, or what its partial does not say."""
    settings = column.metadata
    fits = all(map(spelling.fits_a_list, settings))
    if original is not None:
        fits = fits and settings == original.metadata
        note = column.note if column.note != original.note else None
        if note is None and fits:
            return []
        said = [f"{MARGIN}note: {spelling.string(note.text)}"] if note is not None else []
        return ["", *_metadata("Column", f"{table}.{spelling.name(column.name)}", settings, said)]
    return [] if fits else ["", *_metadata("Column", f"{table}.{spelling.name(column.name)}", settings)]


def _own(merged: tuple[Setting, ...], brought: Sequence[tuple[Setting, ...]]) -> tuple[Setting, ...]:
    """The fewest of the merged settings that, with those of the partials behind them, merge to the same."""
    if not any(brought):
        return merged
    for count in range(len(merged)):
        found: dict[str, Setting] = {}
        for one in (*merged[:count], *(one for settings in brought for one in settings)):
            found.setdefault(one.key, one)
        if tuple(found.values()) == merged:
            return merged[:count]
    return merged


def _fit_head(settings: Iterable[Setting], metadata: Iterable[Setting], color: str) -> bool:
    """Whether all settings can stand in the head of an element, whose own colour has that key."""
    own = all(one.key in (color, "dep") and one.value and one.value.kind != "string" for one in settings)
    return own and all(map(spelling.fits_a_list, metadata))


def _head(settings: Iterable[Setting]) -> str:
    return spelling.listed([spelling.setting(one) for one in settings])


def _metadata(kind: str, target: str, settings: Iterable[Setting], said: Sequence[str] = ()) -> list[str]:
    return [f"Metadata {kind} {target} {{", *said, *(MARGIN + spelling.setting(one) for one in settings), "}"]


def _partial(partial: TablePartial) -> list[str]:
    head = f"TablePartial {spelling.name(partial.name)}{_head([*partial.settings, *partial.metadata])}"
    return element(head, own_of(partial))


def _body(
    head: str, comments: Iterable[Comment], line: int | None, items: Iterable[tuple[int | None, str, Sequence[Comment]]]
) -> list[str]:
    """An element whose items are a line each; comments that are not an item's own stand where they stood."""
    above, inner = spelling.split_comments(comments, line)
    lines = [*(spelling.comment(one.text) for one in above), head + " {"]
    for at, text, own in items:
        while inner and at is not None and (inner[0].place.line or 0) < at:
            lines.append(MARGIN + spelling.comment(inner.pop(0).text))
        upper, behind = spelling.split_comments(own, at)
        lines += [MARGIN + spelling.comment(one.text) for one in upper]
        lines.append(MARGIN + text + spelling.trailing(behind))
    return [*lines, *(MARGIN + spelling.comment(one.text) for one in inner), "}"]


def _enum(enum: Enum) -> list[str]:
    # A comment above the first value would be the value's: what the enum says itself stands above it or at its end.
    values = [
        (
            one.place.line,
            spelling.leading(one.name)
            + spelling.listed([f"note: {spelling.note(one.note, MARGIN)}"] if one.note is not None else []),
            one.comments,
        )
        for one in enum.values
    ]
    above, inner = spelling.split_comments(enum.comments, enum.place.line)
    lines = _body(f"Enum {spelling.qualified(enum.schema, enum.name)}", above, None, values)[:-1]
    if enum.note is not None:
        lines += ["", f"{MARGIN}Note: {spelling.note(enum.note, MARGIN)}"]
    return [*lines, *(MARGIN + spelling.comment(one.text) for one in inner), "}"]


def _group(group: TableGroup) -> list[str]:
    items: list[tuple[int | None, str, Sequence[Comment]]] = [
        (
            one.place.line,
            spelling.leading(one.name) if one.schema is None else spelling.qualified(one.schema, one.name),
            (),
        )
        for one in group.members
    ]
    if group.note is not None:
        items.append((group.note.place.line, f"Note: {spelling.note(group.note, MARGIN)}", ()))
    fits = _fit_head(group.settings, group.metadata, "color")
    settings = (*group.settings, *group.metadata)
    head = f"TableGroup {spelling.qualified(group.schema, group.name)}{_head(settings) if fits else ''}"
    lines = _body(head, group.comments, group.place.line, items)
    return lines if fits else [*lines, "", *_metadata("TableGroup", spelling.name(group.name), settings)]


def _sticky(note: StickyNote) -> list[str]:
    fits = _fit_head(note.settings, note.metadata, "color")
    settings = (*note.settings, *note.metadata)
    above, behind = spelling.split_comments(note.comments, note.place.line)
    text = spelling.note(Note(note.text), MARGIN)
    lines = [spelling.comment(one.text) for one in above]
    lines += [f"Note {spelling.name(note.name)}{_head(settings) if fits else ''} {{", f"{MARGIN}{text}"]
    lines.append("}" + spelling.trailing(behind))
    return lines if fits else [*lines, "", *_metadata("Note", spelling.name(note.name), settings)]


def _project(project: Project) -> list[str]:
    items: list[tuple[int | None, str, Sequence[Comment]]] = [
        (one.place.line, spelling.setting(one), ()) for one in project.settings
    ]
    if project.note is not None:
        items.append((project.note.place.line, f"Note: {spelling.note(project.note, MARGIN)}", ()))
    name = f" {spelling.name(project.name)}" if project.name is not None else ""
    return _body(f"Project{name}", project.comments, project.place.line, items)


def _ref(ref: Ref) -> list[str]:
    settings = [
        f"{key}: {words}" for key, words in (("delete", ref.on_delete), ("update", ref.on_update)) if words is not None
    ]
    settings += [f"color: {ref.color}"] if ref.color is not None else []
    settings += ["inactive"] if ref.inactive else []
    settings += [f"note: {spelling.note(ref.note, '')}"] if ref.note is not None else []
    name = f" {spelling.qualified(ref.schema, ref.name)}" if ref.name is not None else ""
    above, behind = spelling.split_comments(ref.comments, ref.place.line)
    line = f"Ref{name}: {spelling.endpoint(ref.left)} {sign(ref)} {spelling.endpoint(ref.right)}"
    line += spelling.listed(settings) + spelling.trailing(behind)
    return [*(spelling.comment(one.text) for one in above), line]


def _records(records: Records) -> list[str]:
    table = spelling.qualified(records.schema, records.table)
    head = f"Records {table}({', '.join(map(spelling.name, records.columns))})"
    rows: list[tuple[int | None, str, Sequence[Comment]]] = [
        (row[0].place.line, ", ".join(map(spelling.value, row)), ()) for row in records.rows
    ]
    return _body(head, records.comments, records.place.line, rows)


def _use(use: Use) -> list[str]:
    above, behind = spelling.split_comments(use.comments, use.place.line)
    lines = [spelling.comment(one.text) for one in above]
    lines.append(f"{'reuse' if use.again else 'use'} {'{' if use.elements else '*'}")
    for one in use.elements:
        alias = f" as {spelling.name(one.alias)}" if one.alias is not None else ""
        lines.append(f"{MARGIN}{one.kind} {spelling.qualified(one.schema, one.name)}{alias}")
    source = f"from {spelling.string(use.path)}{spelling.trailing(behind)}"
    if use.elements:
        return [*lines, f"}} {source}"]
    return [*lines[:-1], f"{lines[-1]} {source}"]


def _raw(block: Block) -> list[str]:
    above, behind = spelling.split_comments(block.comments, block.place.line)
    return [*(spelling.comment(one.text) for one in above), block.text + spelling.trailing(behind)]
