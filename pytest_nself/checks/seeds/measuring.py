"""What a transaction did to tables, counted by the server: through functions, triggers and cascades too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef, quote_identifier, quote_qualified
from pytest_nself.data.shape.model import Shape, Table

if TYPE_CHECKING:
    import psycopg

_COUNTS = """
select s.schemaname::text, s.relname::text, coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0),
       s.n_tup_ins, s.n_tup_upd, s.n_tup_del
from pg_catalog.pg_stat_xact_user_tables as s
where s.seq_scan > 0 or s.idx_scan > 0 or s.n_tup_ins <> 0 or s.n_tup_upd <> 0 or s.n_tup_del <> 0
order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Delta:
    """What happened to one table: rows in, changed, out; `read` says that it was looked into."""

    table: ObjectRef
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    read: bool = False

    @property
    def wrote(self) -> bool:
        """Whether any row was written."""
        return bool(self.inserted or self.updated or self.deleted)

    def __str__(self) -> str:
        parts = ((self.inserted, "inserted"), (self.updated, "updated"), (self.deleted, "deleted"))
        said = ", ".join(f"{count} {verb}" for count, verb in parts if count)
        return f"{self.table}: {said or 'no rows'}"


Counts = Mapping[ObjectRef, tuple[int, int, int, int]]
Rows = Counter[tuple[str, str]]
"""Rows of a table: their key and a hash of all of it, each with how often it is there."""


def counts(connection: psycopg.Connection[Any], shape: Shape) -> Counts:
    """What the open transaction has done so far: scans, rows in, changed, out; partitions count for the whole."""
    found: dict[ObjectRef, tuple[int, int, int, int]] = {}
    for schema, name, *numbers in connection.execute(_COUNTS.encode(), prepare=False).fetchall():
        ref = _whole(shape, ObjectRef("table", schema, name))
        if ref in shape.tables:
            before = found.get(ref, (0, 0, 0, 0))
            scans, ins, upd, gone = (old + int(new or 0) for old, new in zip(before, numbers, strict=True))
            found[ref] = scans, ins, upd, gone
    return found


def between(before: Counts, after: Counts) -> tuple[Delta, ...]:
    """What happened in between. What was inserted and truncated again counts as nothing."""
    found = []
    for ref, now in after.items():
        scans, *rows = (new - old for new, old in zip(now, before.get(ref, (0, 0, 0, 0)), strict=True))
        ins, upd, gone = (max(0, count) for count in rows)
        if scans or any(rows):
            found.append(Delta(ref, ins, upd, gone, read=scans > 0))
    return tuple(sorted(found, key=lambda one: str(one.table)))


def snapshot(connection: psycopg.Connection[Any], tables: Iterable[Table]) -> dict[ObjectRef, Rows]:
    """The rows of these tables, as keys and hashes."""
    return {table.ref: _rows(connection, table) for table in tables}


def changes(before: Mapping[ObjectRef, Rows], after: Mapping[ObjectRef, Rows]) -> tuple[Delta, ...]:
    """How the content differs; rows that are as they were do not count, whatever was done to them."""
    found = []
    for ref, now in after.items():
        was = before.get(ref, Counter())
        new, gone = now - was, was - now
        keys_new, keys_gone = (Counter(key for key, _ in rows.elements()) for rows in (new, gone))
        changed = (keys_new & keys_gone).total()
        if new or gone:
            found.append(Delta(ref, new.total() - changed, changed, gone.total() - changed))
    return tuple(sorted(found, key=lambda one: str(one.table)))


def changed_keys(before: Mapping[ObjectRef, Rows], after: Mapping[ObjectRef, Rows]) -> dict[ObjectRef, set[str]]:
    """The keys of the rows that came, went or changed."""
    found = {}
    for ref, now in after.items():
        was = before.get(ref, Counter())
        found[ref] = {key for key, _ in ((now - was) + (was - now))}
    return found


def roots(shape: Shape, refs: Iterable[ObjectRef]) -> Sequence[Table]:
    """The tables that hold the rows of these, each once."""
    return [shape.tables[ref] for ref in dict.fromkeys(_whole(shape, ref) for ref in refs) if ref in shape.tables]


def _rows(connection: psycopg.Connection[Any], table: Table) -> Rows:
    name = quote_qualified(table.ref.schema, table.ref.name)
    key = table.primary
    whole = "pg_catalog.md5(t::text)"
    columns = ", ".join(f"t.{quote_identifier(str(one))}" for one in key.columns) if key is not None else ""
    by = f"row({columns})::text" if columns else whole
    rows = connection.execute(f"select {by}, {whole}, count(*) from {name} as t group by 1, 2".encode(), prepare=False)
    return Counter({(str(one), str(digest)): int(number) for one, digest, number in rows.fetchall()})


def _whole(shape: Shape, ref: ObjectRef) -> ObjectRef:
    while (table := shape.tables.get(ref)) is not None and table.partition_of is not None:
        ref = table.partition_of
    return ref
