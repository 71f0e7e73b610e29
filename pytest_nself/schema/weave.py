"""Puts together what a file says in several places: partials into tables, aliases into names, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pytest_nself.core.names import ObjectRef

from .aliases import Names
from .metadata import Targets, apply_metadata
from .model import Column, Endpoint, Records, Schema, Setting, Table, TablePartial, key_of
from .parts import Parts
from .problems import Problems, nearest


def weave(parts: Parts, path: str, problems: Problems) -> Schema:
    """The schema of all the parts; a partial or a target of metadata that does not exist is told."""
    partials = {partial.name: partial for partial in reversed(parts.partials)}
    for use in parts.uses:
        for one in use.elements:
            if one.kind == "tablepartial" and one.alias is not None and one.name in partials:
                partials.setdefault(one.alias, partials[one.name])
    tables = [_injected(table, partials, problems) if table.partials else table for table in parts.tables]
    names = Names(tables, parts.enums, parts.uses)
    if names:
        tables = [names.table(table) for table in tables]
        parts.refs = [names.ref(ref) for ref in parts.refs]
        parts.groups = [replace(group, members=tuple(map(names.member, group.members))) for group in parts.groups]
        parts.records = [names.record(one) for one in parts.records]
    if parts.metadata:
        apply_metadata(parts.metadata, Targets(tables, parts.groups, parts.notes, names.aliases), problems)
    refs = [*parts.refs, *(ref for table in tables for column in table.columns for ref in column.refs)]
    refs.sort(key=lambda ref: ref.place)
    return Schema(
        path,
        parts.projects[0] if parts.projects else None,
        tuple(tables),
        tuple(parts.partials),
        tuple(parts.enums),
        tuple(refs),
        tuple(parts.groups),
        tuple(parts.notes),
        _records(parts.records, tables),
        tuple(parts.uses),
        tuple(parts.blocks),
        tuple(parts.comments),
    )


def _injected(table: Table, partials: Mapping[str, TablePartial], problems: Problems) -> Table:
    """The table with its partials in it: what it says itself wins, then the partial that comes last."""
    taken: list[tuple[int, TablePartial]] = []
    for injection in table.partials:
        partial = partials.get(injection.name)
        if partial is None:
            problems.absent(
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
