"""The steps of one migration in one direction: its parts in order, each with what the ledger says of it.

A migration of one part is one transaction, its ledger row inside. One of several parts writes down how far it is, so
that a run that was cut off is taken up where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.place import Place
from pytest_nself.core.sql import ALONE, Sql
from pytest_nself.core.step import CopyRows, Statement, Step
from pytest_nself.migrations.ledger import Ledger, Progress
from pytest_nself.migrations.migration import UP, Migration, Way
from pytest_nself.migrations.statements import Statement as SqlStatement
from pytest_nself.migrations.statements import is_blank, place_at, without_comments, without_meta

from .alone import Alone
from .leftovers import Cleanup
from .recording import Recording
from .resuming import checksums, cleanup_before, go_on
from .transactions import Cut, Part, cut, sendable

_COPY = r"(?is)^copy\s+(?P<target>.+?)\s+from\s+(?:stdin|stdout)\b(?P<options>.*)$"

_SETTING = "set the session to "


class Timeouts(NamedTuple):
    """What each statement may take, in milliseconds; 0 is without limit, None the session's own."""

    lock_ms: int | None = None
    statement_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """One direction of a migration, ready to be planned; `text` is what the server may see of it."""

    migration: Migration
    direction: str
    way: Way
    text: str
    title: str
    hazards: frozenset[str]
    parts: tuple[Part, ...]
    timeouts: Timeouts

    @classmethod
    def of(cls, migration: Migration, direction: str, *, hazards: frozenset[str], defaults: Timeouts) -> Walk:
        """Cut the migration's text. Raises MigrationError for what cannot be sent."""
        way = migration.way(direction)
        timeouts = Timeouts(
            defaults.lock_ms if way.lock_timeout_ms is None else way.lock_timeout_ms,
            defaults.statement_ms if way.statement_timeout_ms is None else way.statement_timeout_ms,
        )
        found = cut(way.text, no_transaction=way.no_transaction)
        _raise_problem(way, found)
        text = without_meta(way.text)
        title = f"apply {migration}" if direction == UP else f"take back {migration}"
        return cls(migration, direction, way, text, title, hazards, found.parts, timeouts)

    def steps(self, recording: Recording, ledger: Ledger) -> Iterator[Step]:
        """The steps, from the start or from where the ledger says that a run was cut off."""
        row = ledger.rows.get(self.migration.version)
        standing = row.progress if row is not None and row.dirty else None
        if standing is None and len(self.parts) == 1 and self.parts[0].alone is None:
            yield from self._transaction(self.parts[0], recording.guard(self.migration, None, applied=self._back))
            yield self._end(recording, None, timed=True)
            return
        if standing is None:
            yield from self._from(1, None, recording, ledger)
            return
        parts, number = go_on(self.migration, self.way, self.parts, standing)
        first = number + (standing.state == "done")
        yield from replace(self, parts=parts)._from(first, standing, recording, ledger)

    def _from(self, first: int, standing: Progress | None, recording: Recording, ledger: Ledger) -> Iterator[Step]:
        """The steps of a walk of several parts, from the part `first`, when the ledger says `standing`."""
        expected = standing
        known = checksums(self.way.text, self.parts)
        for number in range(first, len(self.parts) + 1):
            part = self.parts[number - 1]
            guard = recording.guard(self.migration, expected, applied=self._back and expected is None)
            if part.alone is None:
                yield from self._transaction(part, guard)
            else:
                cleanup = Cleanup()
                if standing is not None and expected is standing and number == first and standing.state != "done":
                    found = ledger.found.get(self.migration.version)
                    cleanup = cleanup_before(self.migration, self.way, self.parts, number, standing, found)
                if expected is not None and expected.begun:
                    begun = expected
                else:
                    begun = Progress(self.direction, number, True, known[number])
                    yield self._timed(guard)
                    yield recording.progress(self.migration, begun, first=expected is None)
                refused = Progress(self.direction, number, False, known[number - 1], refused=True)
                yield from self._alone(part, part.alone, cleanup, recording.refused(self.migration, begun, refused))
                expected = begun
                yield self._timed(recording.guard(self.migration, expected))
                if part.alone.check:
                    yield self._checked(part, part.alone)
            if number < len(self.parts):
                done = Progress(self.direction, number, False, known[number])
                yield recording.progress(self.migration, done, first=expected is None)
                expected = done
        if first > len(self.parts):
            yield self._timed(recording.guard(self.migration, expected))
        began = expected or Progress(self.direction, len(self.parts), False, known[-1])
        yield self._end(recording, began, timed=standing is None)

    @property
    def _back(self) -> bool:
        return self.direction != UP

    def _end(self, recording: Recording, expected: Progress | None, *, timed: bool) -> Statement:
        if self._back:
            return recording.taken_back(self.migration, began=expected)
        return recording.applied(self.migration, began=expected, timed=timed)

    def _transaction(self, part: Part, guard: Statement) -> Iterator[Step]:
        first = [self._statement(part.isolation, self.way.place), guard] if part.isolation else [guard]
        yield self._timed(first[0])
        yield from first[1:]
        for one in part.session:
            yield self._statement(self.text[one.start : one.end], self._place(one.start))
        yield from self._body(part)

    def _body(self, part: Part) -> Iterator[Step]:
        """The part's text, in one piece unless rows to copy stand in it."""
        text, position = sendable(self.text, part), part.start
        for one in part.statements:
            if one.data is None:
                continue
            before = text[position - part.start : one.start - part.start]
            if not is_blank(before):
                yield self._statement(before, self._place(position))
            yield self._copy(one, one.data)
            position = self._after(one.data)
        rest = text[position - part.start :]
        if position == part.start or not is_blank(rest):
            yield self._statement(rest, self._place(position))

    def _copy(self, one: SqlStatement, data: tuple[int, int]) -> CopyRows:
        match = re.match(_COPY, without_comments(self.text[one.start : one.end]))
        assert match is not None  # the reader of statements gives rows to no other statement
        rows = self.text[slice(*data)].replace("\r\n", "\n").encode()
        return CopyRows(
            self.title,
            match["target"],
            (),
            lambda: [rows],
            rows.count(b"\n"),
            sha256(rows).hexdigest(),
            options=match["options"].strip(),
            hazards=self.hazards,
            place=self._place(one.start),
        )

    def _after(self, data: tuple[int, int]) -> int:
        """The offset after the line that ends the rows."""
        if not self.text.startswith("\\.", data[1]):
            return data[1]
        newline = self.text.find("\n", data[1])
        return len(self.text) if newline < 0 else newline + 1

    def _alone(self, part: Part, alone: Alone, cleanup: Cleanup, if_refused: str) -> Iterator[Step]:
        place = self._place(part.start)
        # Waiting for others while holding nobody back is what `concurrently` is for.
        timeouts = (
            self.timeouts._replace(lock_ms=0) if alone.waits and self.way.lock_timeout_ms is None else self.timeouts
        )
        title = (
            self.title
            if len(self.parts) == 1
            else f"{self.title} (part {self.parts.index(part) + 1} of {len(self.parts)})"
        )
        texts = [
            (
                _SETTING + title,
                self.text[one.start : one.end],
                self._place(one.start),
                "" if cleanup.done else if_refused,
            )
            for one in part.session
        ]
        texts += [(title, text, place, if_refused) for text in cleanup.first]
        if not cleanup.done:
            texts.append((title, self.text[part.start : part.end], place, if_refused if alone.whole else ""))
        for said, text, where, note in texts:
            yield Statement(
                said,
                Sql(text, ALONE),
                hazards=self.hazards,
                lock_timeout_ms=timeouts.lock_ms,
                statement_timeout_ms=timeouts.statement_ms,
                place=where,
                if_refused=note,
            )

    def _checked(self, part: Part, alone: Alone) -> Statement:
        title = f"see that `{alone.what}` of {self.migration} left a valid index"
        return Statement(title, Sql(alone.check), expects=(), place=self._place(part.start))

    def _place(self, offset: int) -> Place:
        return place_at(self.text, offset, self.way.place) if offset else self.way.place

    def _statement(self, text: str, place: Place) -> Statement:
        return Statement(self.title, Sql(text), hazards=self.hazards, place=place)

    def _timed(self, statement: Statement) -> Statement:
        """The first statement of a transaction carries its timeouts."""
        return replace(
            statement, lock_timeout_ms=self.timeouts.lock_ms, statement_timeout_ms=self.timeouts.statement_ms
        )


def sets_the_session(step: Step) -> bool:
    """Whether the step sets something for the session that must still hold for a later statement."""
    return isinstance(step, Statement) and step.title.startswith(_SETTING)


def _raise_problem(way: Way, found: Cut) -> None:
    if not found.problems:
        return
    first = found.problems[0]
    raise MigrationError(
        f"{first.message[0].upper()}{first.message[1:]}.",
        "Nothing was sent to the database.",
        first.remedy,
        place=place_at(way.text, first.offset, way.place),
    )
