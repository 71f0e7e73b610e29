"""Puts together what a file says in several places: partials into tables, aliases into names, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pytest_nself.core.names import ObjectRef

from .elements import MetadataBlock
from .metadata import Targets, apply_metadata
from .model import (
    Column,
    Endpoint,
    Key,
    Member,
    Records,
    Ref,
    Schema,
    Setting,
    StickyNote,
    Table,
    TableGroup,
    TablePartial,
    key_of,
)
from .problems import MISSING, Problems, nearest


@dataclass(slots=True)
class Parts:
    """What was read, in the order of the file, before it is put together."""

    schema: Schema
    tables: list[Table] = field(default_factory=list)
    partials: list[TablePartial] = field(default_factory=list)
    refs: list[Ref] = field(default_factory=list)
    groups: list[TableGroup] = field(default_factory=list)
    notes: list[StickyNote] = field(default_factory=list)
    records: list[Records] = field(default_factory=list)
    metadata: list[MetadataBlock] = field(default_factory=list)


def weave(parts: Parts, problems: Problems) -> Schema:
    """The schema of all the parts; a partial or a target of metadata that does not exist is told."""
    partials = {partial.name: partial for partial in reversed(parts.partials)}
    tables = [_injected(table, partials, problems) if table.partials else table for table in parts.tables]
    aliases = {table.alias: table.key for table in reversed(tables) if table.alias is not None}
    if aliases:
        known = {table.key for table in tables}
        names = _Names(aliases, known, {table.key: table for table in tables})
        tables = [names.table(table) for table in tables]
        parts.refs = [names.ref(ref) for ref in parts.refs]
        parts.groups = [replace(group, members=tuple(map(names.member, group.members))) for group in parts.groups]
        parts.records = [names.record(one) for one in parts.records]
    if parts.metadata:
        apply_metadata(parts.metadata, Targets(tables, parts.groups, parts.notes, aliases), problems)
    refs = [*parts.refs, *(ref for table in tables for column in table.columns for ref in column.refs)]
    refs.sort(key=lambda ref: ref.place[1:])
    return replace(
        parts.schema,
        tables=tuple(tables),
        partials=tuple(parts.partials),
        refs=tuple(refs),
        groups=tuple(parts.groups),
        notes=tuple(parts.notes),
        records=_records(parts.records, tables),
    )


def _injected(table: Table, partials: Mapping[str, TablePartial], problems: Problems) -> Table:
    """The table with its partials in it: what it says itself wins, then the partial that comes last."""
    taken: list[tuple[int, TablePartial]] = []
    for injection in table.partials:
        partial = partials.get(injection.name)
        if partial is None:
            problems.add(
                MISSING,
                f'table partial "{injection.name}" does not exist',
                injection.place,
                nearest(injection.name, partials),
                subject=ObjectRef("table", table.schema, table.name),
            )
        else:
            taken.append((injection.before, partial))
    own = {column.name for column in table.columns}
    winner = {column.name: number for number, (_, partial) in enumerate(taken) for column in partial.columns}
    columns: list[Column] = []
    done = 0
    for number, (before, partial) in enumerate(taken):
        columns += table.columns[done:before]
        done = max(done, before)
        columns += [
            _taken_over(column, partial, table)
            for column in partial.columns
            if column.name not in own and winner[column.name] == number
        ]
    columns += table.columns[done:]
    last_first: list[TablePartial] = [partial for _, partial in reversed(taken)]
    return replace(
        table,
        columns=tuple(columns),
        indexes=table.indexes + tuple(replace(index, partial=one.name) for _, one in taken for index in one.indexes),
        checks=table.checks + tuple(replace(check, partial=one.name) for _, one in taken for check in one.checks),
        note=next((note for note in (table.note, *(one.note for one in last_first)) if note is not None), None),
        settings=_first_of_each(table.settings, *(one.settings for one in last_first)),
        metadata=_first_of_each(table.metadata, *(one.metadata for one in last_first)),
        directives=table.directives + tuple(directive for _, one in taken for directive in one.directives),
    )


def _taken_over(column: Column, partial: TablePartial, table: Table) -> Column:
    if not column.refs:
        return replace(column, partial=partial.name)

    def rehomed(end: Endpoint) -> Endpoint:
        if end.key != key_of(None, partial.name):
            return end
        return replace(end, table=table.name, schema=table.schema)

    refs = tuple(
        replace(ref, left=rehomed(ref.left), right=rehomed(ref.right), partial=partial.name) for ref in column.refs
    )
    return replace(column, partial=partial.name, refs=refs)


def _first_of_each(*lists: Iterable[Setting]) -> tuple[Setting, ...]:
    found: dict[str, Setting] = {}
    for settings in lists:
        for setting in settings:
            found.setdefault(setting.key, setting)
    return tuple(found.values())


class _Names:
    """Replaces aliases; a table of that name goes before an alias."""

    def __init__(self, aliases: Mapping[str, Key], known: set[Key], tables: Mapping[Key, Table]) -> None:
        self._aliases = aliases
        self._known = known
        self._tables = tables

    def _real(self, schema: str | None, name: str) -> tuple[str | None, str] | None:
        """The schema and name that an alias stands for; None if it is no alias."""
        if schema is not None or name not in self._aliases or key_of(None, name) in self._known:
            return None
        table = self._tables[self._aliases[name]]
        return (table.schema, table.name)

    def _end(self, end: Endpoint) -> Endpoint:
        real = self._real(end.schema, end.table)
        return end if real is None else replace(end, schema=real[0], table=real[1])

    def ref(self, ref: Ref) -> Ref:
        left, right = self._end(ref.left), self._end(ref.right)
        return ref if left is ref.left and right is ref.right else replace(ref, left=left, right=right)

    def table(self, table: Table) -> Table:
        columns = tuple(
            replace(column, refs=tuple(map(self.ref, column.refs))) if column.refs else column
            for column in table.columns
        )
        return replace(table, columns=columns)

    def member(self, member: Member) -> Member:
        real = self._real(member.schema, member.name)
        return member if real is None else replace(member, schema=real[0], name=real[1])

    def record(self, records: Records) -> Records:
        real = self._real(records.schema, records.table)
        return records if real is None else replace(records, schema=real[0], table=real[1])


def _records(found: list[Records], tables: list[Table]) -> tuple[Records, ...]:
    """Records without columns have all columns of their table."""
    if all(records.columns for records in found):
        return tuple(found)
    by_key = {table.key: table for table in reversed(tables)}
    return tuple(
        records
        if records.columns or records.key not in by_key
        else replace(records, columns=tuple(column.name for column in by_key[records.key].columns))
        for records in found
    )
