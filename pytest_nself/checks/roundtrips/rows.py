"""The trip over filled tables: what only fails where rows are, and which rows and values do not come back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.core.errors import StepFailed
from pytest_nself.core.names import ObjectRef, quote_qualified
from pytest_nself.data.filler import UNFILLED, Filler
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.send import send

from .databases import Databases, connect
from .roads import Road, failure_of, travel, travel_inside
from .static import Prospect
from .trip import Leg, is_of_the_transaction
from .verdict import Failure, Loss, Verdict

if TYPE_CHECKING:
    import psycopg
    from psycopg.errors import Diagnostic

_DEPENDS_ON_THE_ROWS = ("23503", "23505", "23514", "23P01")
"""A foreign key, a unique or check constraint that our rows break: those of production may not."""

Counts = Mapping[ObjectRef, tuple[int, Mapping[str, tuple[int, str | None]]]]
"""Rows of each table, and for each column how many values are not null, with a fingerprint of all of them."""


@dataclass(frozen=True, slots=True)
class RowsLeg:
    """What rows have shown of one migration. `by_chance`: other rows than ours may pass what refused them."""

    failure: Failure | None = None
    losses: tuple[Loss, ...] = ()

    @property
    def by_chance(self) -> bool:
        return self.failure is not None and (self.failure.sqlstate or "") in _DEPENDS_ON_THE_ROWS


class FilledTrip:
    """A database of its own, in which every table has rows as soon as it is there."""

    def __init__(
        self,
        databases: Databases,
        filler: Filler,
        prospects: Sequence[Prospect],
        legs: Sequence[Leg],
        base: Catalog,
    ) -> None:
        self._databases = databases
        self._filler = filler
        self._prospects = prospects
        self._legs = legs
        self._base = base
        self._entries: dict[ObjectRef, Entry] = dict(base.entries)
        self._database: EphemeralDatabase | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self.unfilled: dict[ObjectRef, str] = {}

    def legs(self, judged: Collection[int] | None = None) -> list[RowsLeg]:
        """One for each migration that stands on empty tables."""
        found = []
        try:
            self._begin()
            self._fill(None)
            for number, leg in enumerate(self._legs):
                if not leg.stands:
                    break
                wanted = judged is None or self._prospects[number].migration.version in judged
                found.append(self._leg(number, leg, back=wanted))
        finally:
            self._end()
        return found

    @property
    def _open(self) -> psycopg.Connection[Any]:
        assert self._connection is not None  # inside of legs()
        return self._connection

    def _begin(self) -> None:
        self._database = self._databases.fresh()
        self._connection = connect(self._database)
        self._connection.add_notice_handler(self._heard)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._database is not None:
            self._databases.drop(self._database)
            self._database = None

    def _leg(self, number: int, leg: Leg, *, back: bool) -> RowsLeg:
        prospect = self._prospects[number]
        up, down = prospect.up, prospect.down if back and leg.verdict is not Verdict.FAILS else None
        assert up is not None  # it stands
        again = leg.verdict not in (Verdict.SECOND_UP_FAILS, Verdict.DIFFERS)
        nested = up.nested and (down is None or down.nested)
        for inside in (True, False) if nested else (False,):
            try:
                found = self._try(leg, up, down, again=again, inside=inside)
                break
            except _NotHere:
                self._entries = _earlier(leg, self._entries)
                self._open.rollback()
        if found.failure is not None or (not nested and not again):
            self._rebuild(number + 1)
        return found

    def _try(self, leg: Leg, up: Road, down: Road | None, *, again: bool, inside: bool) -> RowsLeg:
        """The whole trip; a failure leaves the database as it is."""
        old, new = _tables(leg, 0), _tables(leg, 1)
        looked = self._looked_at(old, up, down)
        had = self._count(looked)
        failure = self._go(up, "nself_before", inside=inside, begin=True)
        if failure is not None:
            return RowsLeg(failure)
        self._advance(leg)
        self._fill(_made(leg, 1))
        if down is None:
            self._close(inside)
            return RowsLeg()
        there = [ref for ref in {*looked, *new} if ref in self._entries]
        had_up = self._count(there)
        failure = self._go(down, "nself_after", inside=inside)
        if failure is not None:
            return RowsLeg(failure)
        losses = tuple(_losses(had, self._count(self._still(looked, leg)), forth=True))
        if not again:
            self._back_to("nself_after", inside=inside)
            self._close(inside)
            return RowsLeg(None, losses)
        self._send(replace(self._base, entries={ref: entry for ref in _made(leg, 0) if (entry := leg.changes[ref][0])}))
        failure = self._go(up, "nself_again", inside=inside)
        if failure is not None:
            return RowsLeg(failure, losses)
        losses += tuple(_losses(had_up, self._count(there), forth=False))
        self._fill(_made(leg, 1))
        self._close(inside)
        return RowsLeg(None, losses)

    def _go(self, way: Road, savepoint: str, *, inside: bool, begin: bool = False) -> Failure | None:
        try:
            if inside:
                travel_inside(self._open, way, savepoint, begin=begin)
            else:
                travel(self._open, way)
        except StepFailed as error:
            failure = failure_of(error)
            if inside and is_of_the_transaction(failure):
                raise _NotHere from error
            self._open.rollback()
            return failure
        return None

    def _close(self, inside: bool) -> None:
        if inside:
            self._open.execute("commit")

    def _back_to(self, savepoint: str, *, inside: bool) -> None:
        if inside:
            self._open.execute(f"rollback to savepoint {savepoint}".encode())

    # What is there, by name.

    def _advance(self, leg: Leg) -> None:
        for ref, (_, entry) in leg.changes.items():
            if entry is None:
                self._entries.pop(ref, None)
            else:
                self._entries[ref] = entry

    def _looked_at(self, touched: Iterable[ObjectRef], up: Road, down: Road | None) -> list[ObjectRef]:
        """The tables whose rows the migration may have to do with."""
        if up.about_rows or (down is not None and down.about_rows):
            return [ref for ref, entry in self._entries.items() if ref.kind == "table" and _holds_rows(entry)]
        return [ref for ref in touched if (entry := self._entries.get(ref)) is not None and _holds_rows(entry)]

    def _still(self, tables: Iterable[ObjectRef], leg: Leg) -> list[ObjectRef]:
        """Those of them that are there after the down, as far as the trip over empty tables has shown."""
        gone = {one.subject for one in leg.differences if one.attribute == "" and one.after is None}
        return [ref for ref in tables if ref not in gone]

    # Rows.

    def _heard(self, notice: Diagnostic) -> None:
        text = notice.message_primary or ""
        if text.startswith(UNFILLED):
            table, _, reason = text.removeprefix(UNFILLED).partition(": ")
            schema, _, name = table.partition(".")
            self.unfilled[ObjectRef("table", schema, name)] = reason

    def _fill(self, refs: Collection[ObjectRef] | None) -> None:
        """Fill the tables among these, of which all parts are among them too; None: every table."""
        if refs is not None and not refs:
            return
        entries = self._entries if refs is None else {ref: self._entries[ref] for ref in refs}
        self._send(replace(self._base, entries=entries))

    def _send(self, catalog: Catalog) -> None:
        steps = self._filler(catalog, types=self._entries)
        if not steps:
            return
        with _kept(self._open):
            send(self._open, steps)

    def _count(self, tables: Collection[ObjectRef]) -> Counts:
        import psycopg

        if not tables:
            return {}
        text = "\nunion all ".join(
            _COUNT.format(number, quote_qualified(t.schema, t.name)) for number, t in enumerate(tables)
        )
        try:
            with _kept(self._open):
                rows = self._open.execute(text.encode()).fetchall()
        except psycopg.Error:
            return {}
        names = list(tables)
        return {
            names[n]: (count, {key: (got[0], got[1]) for key, got in (columns or {}).items()})
            for n, count, columns in rows
        }

    def _rebuild(self, number: int) -> None:
        """A fresh database with so many migrations, and rows in its tables."""
        self._end()
        self._begin()
        self._entries = dict(self._base.entries)
        for prospect, leg in zip(self._prospects[:number], self._legs, strict=False):
            assert prospect.up is not None  # it stands
            travel(self._open, prospect.up)
            self._advance(leg)
        self._fill(None)


class _NotHere(Exception):
    """What failed may only have failed because all of it was one transaction."""


_COUNT = """
select {0}, (select pg_catalog.count(*) from {1}), (
    select pg_catalog.jsonb_object_agg(s.key, pg_catalog.jsonb_build_array(s.given, s.print)) from (
        select
            e.key, pg_catalog.count(*) filter (where e.value <> 'null') as given,
            pg_catalog.sum(pg_catalog.hashtextextended(e.value::text, 0))::text as print
        from {1} as x cross join lateral pg_catalog.jsonb_each(pg_catalog.to_jsonb(x)) as e group by e.key
    ) as s
)"""


@contextmanager
def _kept(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A failure in here takes back what was done in here, and no more."""
    with connection.transaction():
        yield


def _tables(leg: Leg, side: int) -> list[ObjectRef]:
    """The tables that the up has changed, as they stand before (0) or after (1) it."""
    found: dict[ObjectRef, None] = {}
    for ref, change in leg.changes.items():
        if change[side] is None:
            continue
        if ref.kind == "table":
            found[ref] = None
        elif ref.kind in ("column", "default", "constraint"):
            found[ObjectRef("table", ref.schema, ref.name)] = None
    return list(found)


def _made(leg: Leg, side: int) -> list[ObjectRef]:
    """The tables that are there on this side of the up alone, with all their parts."""
    made = {
        (ref.schema, ref.name)
        for ref, change in leg.changes.items()
        if ref.kind == "table" and change[side] is not None and change[1 - side] is None
    }
    return [ref for ref, change in leg.changes.items() if (ref.schema, ref.name) in made and change[side] is not None]


def _earlier(leg: Leg, entries: Mapping[ObjectRef, Entry]) -> dict[ObjectRef, Entry]:
    """What there was before the migration, whether it was applied or not."""
    found = dict(entries)
    for ref, (entry, _) in leg.changes.items():
        if entry is None:
            found.pop(ref, None)
        else:
            found[ref] = entry
    return found


def _holds_rows(entry: Entry) -> bool:
    return not entry["_is_partition"]


def _losses(had: Counts, has: Counts, *, forth: bool) -> Iterator[Loss]:
    """What is less than it was, or other."""
    for table, (rows, columns) in had.items():
        if not rows or table not in has:
            continue
        rows_now, columns_now = has[table]
        if rows_now < rows:
            yield Loss(table, None, rows, rows_now, forth=forth)
            continue
        for name, (given, fingerprint) in columns.items():
            if name not in columns_now or not given:
                continue
            given_now, fingerprint_now = columns_now[name]
            if given_now < given:
                yield Loss(table, name, given, given_now, forth=forth)
            elif fingerprint_now != fingerprint and rows_now == rows:
                yield Loss(table, name, given, given_now, changed=True, forth=forth)
