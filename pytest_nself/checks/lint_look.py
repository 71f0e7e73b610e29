"""A look at the copy after a statement: what it has locked, read, rewritten and changed of what was there before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.core.names import QUALIFIED_PATTERN, parse_qualified
from pytest_nself.core.place import Place
from pytest_nself.migrations.planning.alone import must_stand_alone
from pytest_nself.migrations.statements import split, without_comments

from .alone_locks import documented_locks, names_in, truncated
from .lint_moment import NO_MOMENT, Moment, read_locks, read_moment
from .rehearsed import MODES, Observed, Scan, TableLock
from .relations import Changes, Column, Constraint, Index, Key, Name, Row, Schema, State, Table, Type

if TYPE_CHECKING:
    import psycopg

_SHARE = MODES.index("SHARE")
_ALTERED = rf"(?is)^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<table>{QUALIFIED_PATTERN})"
_BEGIN = """
select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text, pg_catalog.pg_stat_force_next_flush()::text
"""
_CASTS = """
select asked.source, asked.target
from rows from (pg_catalog.unnest(%s::bigint[]), pg_catalog.unnest(%s::bigint[])) as asked (source, target)
join pg_catalog.pg_type as old on old.oid = asked.source::oid
join pg_catalog.pg_type as new on new.oid = asked.target::oid and (new.typcategory = 'A') = (old.typcategory = 'A')
join pg_catalog.pg_cast as c
    on c.castsource = case when old.typcategory = 'A' then old.typelem else old.oid end
    and c.casttarget = case when new.typcategory = 'A' then new.typelem else new.oid end
where c.castcontext = 'i' or c.castmethod = 'b'
union all
select asked.source, asked.target
from rows from (pg_catalog.unnest(%s::bigint[]), pg_catalog.unnest(%s::bigint[])) as asked (source, target)
join pg_catalog.pg_type as old on old.oid = asked.source::oid and old.typtype = 'e'
join pg_catalog.pg_type as new on new.oid = asked.target::oid and new.typtype = 'e'
where not exists (
    select from pg_catalog.pg_enum as was
    where was.enumtypid = old.oid and not exists (
        select from pg_catalog.pg_enum as is_
        where is_.enumtypid = new.oid and is_.enumlabel = was.enumlabel
    )
)
"""


class _Reading(NamedTuple):
    """What the transaction holds and has read: modes, and the number of reads, by oid."""

    modes: dict[int, set[str]]
    reads: dict[int, int]


@dataclass(slots=True)
class Look:
    """Looks at a connection's transaction. `tables` are those that count as there before, `known` all such objects.

    `held` says where in the files the running transaction has taken its locks, `reads` how often it has read what.
    """

    connection: psycopg.Connection[Any]
    state: State
    hidden: frozenset[Name]
    tables: dict[int, Name] = field(default_factory=dict)
    known: frozenset[Key] = frozenset()
    parents: dict[Name, Name] = field(default_factory=dict)
    since: str = "0"
    held: dict[tuple[int, str], Place | None] = field(default_factory=dict)
    reads: dict[int, int] = field(default_factory=dict)
    moment: Moment = NO_MOMENT
    by_name: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def first(cls, connection: psycopg.Connection[Any], hidden: frozenset[Name]) -> Look:
        """Before anything has run."""
        look = cls(connection, State.read(connection), hidden)
        look.know_all()
        return look

    def know_all(self) -> None:
        """From here on all that is there counts as there before."""
        self.tables = {one.oid: one.name for one in self.state.all(Table) if one.name not in self.hidden}
        self.known = frozenset(self.state.rows)
        parts = [one for one in self.state.all(Table) if one.partition_of in self.tables]
        self.parents = {one.name: self.tables[one.partition_of] for one in parts}
        self.by_name = defaultdict(list)
        for oid, (_, name) in self.tables.items():
            self.by_name[name].append(oid)

    def begin(self) -> None:
        """Before a transaction, or a statement that stands alone."""
        row = self.connection.execute(_BEGIN, prepare=False).fetchone()
        assert row is not None  # a select without a table has one row
        self.since, self.held, self.reads, self.moment = row[0], {}, {}, NO_MOMENT

    def locked(self) -> Iterator[tuple[Name, str]]:
        """The tables that the transaction has locked, each with each mode."""
        for oid, modes in self._read().modes.items():
            if oid in self.tables:
                yield from ((self.tables[oid], mode) for mode in modes)

    def inside(self, seen: Observed) -> Observed:
        """What the statement did that has just run in the transaction that is open."""
        if seen.words[:1] == ("rollback",):
            # To a savepoint: what was changed since is as it was, and no count says so.
            self.state = State.read(self.connection)
        reading = self._read()
        new = {(oid, mode) for oid, modes in reading.modes.items() for mode in modes} - set(self.held)
        moment = read_moment(self.connection)
        kinds, drops = moment.kinds_since(self.moment), moment.drops_since(self.moment)
        self.moment = moment
        changes = _without_the_same(
            self.state.look(self.connection, since=self.since, kinds=kinds, drops=drops, only=self._only(seen))
        )
        seen = self._with_changes(seen, changes)
        scanned = self._scanned(reading)
        worked_on = {*scanned, *self._named(seen.text), *_touched(changes)} & set(self.tables)
        locks = list(self._locks(reading, new, worked_on))
        self.held.update((one, seen.place) for one in new)
        return replace(
            seen,
            locks=tuple(sorted(locks, key=lambda lock: (-lock.strength, lock.table))),
            scans=tuple(Scan(self.tables[oid]) for oid in sorted(scanned)),
            lock_timeout_ms=moment.lock_timeout_ms,
            statement_timeout_ms=moment.statement_timeout_ms,
        )

    def after_alone(self, seen: Observed) -> Observed:
        """What the statement did that has just run outside a transaction; of its locks what the documentation says."""
        statement = split(seen.text)[0]
        alone = must_stand_alone(seen.text, statement)
        before = self.state.relations()
        changes = _without_the_same(self.state.look(self.connection, since=self.since))
        after = self.state.relations()
        found = documented_locks(alone, seen.text, before, after)
        seen = self._with_changes(seen, changes)
        strongest: dict[Name, TableLock] = {}
        for oid, mode in found.locks:
            lock = TableLock(self.tables[oid], mode, documented=True) if oid in self.tables else None
            if lock is not None and (lock.table not in strongest or strongest[lock.table].strength < lock.strength):
                strongest[lock.table] = lock
        moment = read_moment(self.connection)
        builds = {index.table for index in after.built(before).values()} & set(self.tables)
        return replace(
            seen,
            locks=tuple(sorted(strongest.values(), key=lambda lock: (-lock.strength, lock.table))),
            scans=tuple(Scan(self.tables[oid], documented=True) for oid in sorted(builds)),
            lock_timeout_ms=moment.lock_timeout_ms,
            statement_timeout_ms=moment.statement_timeout_ms,
            unseen=found.unseen,
        )

    def _only(self, seen: Observed) -> set[int] | None:
        """The tables that an `alter table` can have changed: its own, where none inherits from it. None: any.

        In a large schema looking at all of them takes longer than most statements.
        """
        if seen.words[:2] != ("alter", "table") or "cascade" in seen.text.lower():
            return None
        match = re.match(_ALTERED, without_comments(seen.text))
        said = parse_qualified(match["table"])[-2:] if match is not None else ()
        rows = [self.state.rows.get(("table", oid, 0)) for oid in self.by_name.get(said[-1], ())] if said else []
        # One that was called so before the migration may be called otherwise by now.
        named = [row for row in rows if isinstance(row, Table) and row.name[-len(said) :] == said]
        alone = len(named) == len(rows) and all(row.kind == "r" and not row.has_children for row in named)
        return {row.oid for row in named} if named and alone else None

    def _read(self) -> _Reading:
        modes: dict[int, set[str]] = defaultdict(set)
        reads: dict[int, int] = {}
        for oid, mode, count in read_locks(self.connection):
            modes[oid].add(_in_words(mode))
            reads[oid] = count
        return _Reading(modes, reads)

    def _scanned(self, reading: _Reading) -> set[int]:
        """Tables that were there before and have been read since the last look, by themselves or through an index."""
        found = set()
        for oid, count in reading.reads.items():
            if count > self.reads.get(oid, 0):
                index = self.state.rows.get(("index", oid, 0))
                found.add(index.table if isinstance(index, Index) else oid)
        self.reads = reading.reads
        return found & set(self.tables)

    def _locks(self, reading: _Reading, new: set[tuple[int, str]], worked_on: set[int]) -> Iterator[TableLock]:
        for oid in {oid for oid, _ in new if oid in self.tables} | worked_on:
            mode = max(reading.modes.get(oid, ()), key=MODES.index, default=None)
            if mode is not None:
                yield TableLock(self.tables[oid], mode, since=None if (oid, mode) in new else self.held[oid, mode])

    def _with_changes(self, seen: Observed, changes: Changes) -> Observed:
        """With what of the changes concerns what was there before."""
        files = [(old, new) for old, new in changes.changed(Table) if old.file and new.file and old.file != new.file]
        moved = {new.oid for _, new in files if new.oid in self.tables}
        emptied = truncated(seen.text, moved, {old.oid: old.name for old, _ in files}) if moved else set()
        if seen.words[:1] == ("truncate",):
            # A table that got a new file in the same transaction is emptied in place.
            emptied |= self._with_partitions(self._named(seen.text))
        rewritten = moved - emptied
        indexes = [*changes.gone(Index), *(old for old, _ in changes.changed(Index))]
        files_before = {old.file for old in indexes if old.file}
        built = [*changes.new(Index), *(new for old, new in changes.changed(Index) if old.file != new.file)]
        ours = changes.only(self._concerns)
        return replace(
            seen,
            rewrites=tuple(sorted(self.tables[oid] for oid in rewritten)),
            emptied=tuple(sorted(self.tables[oid] for oid in emptied)),
            built=tuple(
                one
                for one in built
                # A table that is written anew gets its indexes written anew: that is told of the table.
                if one.table in self.tables
                and one.table not in moved
                and (not one.file or one.file not in files_before)
            ),
            changes=ours,
            tables=self.tables,
            known=self.known,
            parents=self.parents,
            implicit=self._implicit(ours),
        )

    def _with_partitions(self, tables: set[int]) -> set[int]:
        names = {self.tables[oid] for oid in tables}
        found = set()
        for oid, name in self.tables.items():
            above: Name | None = name
            while above is not None and above not in names:
                above = self.parents.get(above)
            if above is not None and self.state.file_of(oid):
                found.add(oid)
        return found

    def _concerns(self, row: Row) -> bool:
        if isinstance(row, Schema | Type):
            return True
        if isinstance(row, Table):
            return row.name not in self.hidden
        return row.table in self.tables or (isinstance(row, Constraint) and ("type", row.domain, 0) in self.known)

    def _implicit(self, changes: Changes) -> frozenset[tuple[int, int]]:
        """Pairs of types, of columns whose type has changed: by an implicit cast, or an enum with the same values."""
        pairs = [(old, new) for old, new in changes.changed(Column) if old.type_id != new.type_id]
        if not pairs:
            return frozenset()
        types = [[old.type_id for old, _ in pairs], [new.type_id for _, new in pairs]]
        rows = self.connection.execute(_CASTS, [*types, *types], prepare=False)
        return frozenset((source, target) for source, target in rows)

    def _named(self, text: str) -> set[int]:
        """The tables that a statement names, if any could have been locked by an earlier one."""
        if not any(MODES.index(mode) >= _SHARE for _, mode in self.held):
            return set()
        found = set()
        for said in names_in(without_comments(text)):
            alike = self.by_name.get(said[-1], ())
            found |= {oid for oid in alike if len(said) == 1 or self.tables[oid] == said}
        return found


def _touched(changes: Changes) -> Iterator[int]:
    rows: Iterable[Row] = (*changes.added, *changes.dropped, *(new for _, new in changes.altered))
    return (row.table for row in rows if not isinstance(row, Schema | Type))


def _without_the_same(changes: Changes) -> Changes:
    """Without what was dropped and made again as it was: a change of type does so with indexes and constraints."""

    def same(row: Row) -> tuple[object, ...] | None:
        if isinstance(row, Index):
            return ("index", row.table, row.name)
        return ("constraint", row.table, row.domain, row.name, row.kind) if isinstance(row, Constraint) else None

    both = {same(row) for row in changes.dropped} & {same(row) for row in changes.added} - {None}
    if not both:
        return changes
    files = {row.file for row in changes.dropped if isinstance(row, Index)}

    def keeps(row: Row, *, is_new: bool) -> bool:
        if same(row) not in both:
            return True
        return is_new and isinstance(row, Index) and bool(row.file) and row.file not in files

    added = tuple(row for row in changes.added if keeps(row, is_new=True))
    return Changes(added, tuple(row for row in changes.dropped if keeps(row, is_new=False)), changes.altered)


@cache
def _in_words(mode: str) -> str:
    """`AccessExclusiveLock` as `ACCESS EXCLUSIVE`."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return words.strip().upper()
