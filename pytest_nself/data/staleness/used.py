"""What a set relies on, as it is now: written into the lock when the set is good."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.sets.compiled import CompiledSet, Does, LoadStatement
from pytest_nself.data.shape.model import Column, Shape, Table

from .changes import constraints_of, enum_in
from .lock import LockedColumn, LockedSet, LockedTable


def locked_set(
    compiled: CompiledSet, shape: Shape, fingerprint: str, sql: str = "", touched: Collection[ObjectRef] = ()
) -> LockedSet:
    """What the compiled set relies on. `touched` are tables to which its SQL brought rows; `sql` is its text."""
    tables: dict[ObjectRef, LockedTable] = {}
    columns: list[Column] = []
    for ref, statements in _inserts(compiled.statements).items():
        table = shape.tables[ref]
        used = _used(table, statements)
        columns += [one for one in table.columns if one.name in used]
        tables[ref] = _locked(table, used)
    words = set(re.findall(r"[^\W\d]\w*", sql))
    for ref in touched:
        found = shape.tables.get(ref)
        if found is not None and ref not in tables:
            said = {one.name: _column(one, (), left_out=False) for one in found.columns if one.name in words}
            columns += [one for one in found.columns if one.name in said]
            tables[ref] = _locked(found, said)
    enums = {enum.written: enum.labels for one in columns if (enum := enum_in(one.type)) is not None}
    return LockedSet(fingerprint, tables, enums)


def _inserts(statements: Iterable[LoadStatement]) -> Mapping[ObjectRef, list[LoadStatement]]:
    found: defaultdict[ObjectRef, list[LoadStatement]] = defaultdict(list)
    for one in statements:
        if one.does in (Does.INSERT, Does.UPDATE) and one.table is not None:
            found[one.table].append(one)
    return found


def _used(table: Table, statements: Iterable[LoadStatement]) -> Mapping[str, LockedColumn]:
    """The columns that a row gives a value, or leaves to a default."""
    given: Counter[str] = Counter()
    words: defaultdict[str, set[str]] = defaultdict(set)
    rows = 0
    for statement in statements:
        rows += len(statement.rows) if statement.does is Does.INSERT else 0
        for fragment in statement.fragments:
            if fragment.column is not None and fragment.cell is not None:
                given[fragment.column] += 1
                if fragment.cell.column != fragment.column:
                    words[fragment.column].add(fragment.cell.column)
    used = {}
    for column in table.columns:
        left_out = column.default is not None and given[column.name] < rows
        if given[column.name] or left_out:
            used[column.name] = _column(column, tuple(sorted(words[column.name])), left_out=left_out)
    return used


def _column(column: Column, words: tuple[str, ...], *, left_out: bool) -> LockedColumn:
    return LockedColumn(column.name, column.number, column.type.written, column.must, column.default, left_out, words)


def _locked(table: Table, columns: Mapping[str, LockedColumn]) -> LockedTable:
    constraints = {name: text for name, (_, text, _) in constraints_of(table).items()}
    return LockedTable(columns, constraints, max((one.number for one in table.columns), default=0))
