"""Foreign keys in a row: which rows they refer to, and how those that share columns agree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from pytest_nself.data.strategies.stream import Values, random_of, rows_of

from .members import REJECTED, Spread
from .parents import Groups, Parents, Pick, scattered, uniform


@dataclass(frozen=True, slots=True)
class Link:
    """One foreign key: its columns, those there, the rows there, and which of its columns may be null.

    `nulls` is the share of rows that refer to nothing. `own` says that the rows are those of the table itself; then a
    row refers to an earlier one, the first to itself or, where that is allowed, to nothing. `full`: all of its columns
    are null, or none is. `alone`: a row refers to nothing or, where that is not allowed, to itself.
    """

    name: str
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    parents: Parents
    pick: Pick = uniform
    nulls: float = 0.0
    nullable: frozenset[str] = frozenset()
    own: bool = False
    full: bool = False
    alone: bool = False

    @property
    def optional(self) -> bool:
        """Whether a row may refer to nothing."""
        return bool(self.nullable)


@dataclass(frozen=True, slots=True)
class Links:
    """Foreign keys that share columns: the first one chooses, the others must agree with it.

    `apart`: each row refers to another one, by the first key.
    """

    links: tuple[Link, ...]
    columns: tuple[str, ...]
    key: str
    apart: bool = False
    _groups: dict[str, Groups] = field(default_factory=dict)

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """See Member."""
        rows = rows_of(number)
        first = self.links[0]
        if self.apart and first.own:
            # One after the other; where nothing is no answer, each is its own.
            places: Sequence[int | None] = [(row - 1 if row else None) if first.optional else row for row in rows]
        elif self.apart:
            count = first.parents.count
            places = [row if row < count else REJECTED for row in rows]
            if rows.stop > count and first.nullable == set(first.columns):
                places = [row if row < count else None for row in rows]
        else:
            places = self._picked(number, rows)
        if len(self.links) == 1:
            values = _taken(first, places)
            kept = [REJECTED if one == REJECTED else 0 for one in places] if REJECTED in places else None
            return values, kept
        return self._agreeing(number, rows, places)

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """See Member."""
        rows = rows_of(number)
        first = self.links[0]
        count = first.parents.count
        if not count:
            return Spread([[None] * len(rows)] * len(self.columns), [REJECTED] * len(rows), seen)
        places = [
            (one + scattered(before) % (min(before, count - 1) + 1)) % count if before >= 0 else one % count
            for one, before in zip(left, seen, strict=True)
        ]
        rest = [one // count for one in left]
        after = [max(before, 0) * 31 + place for before, place in zip(seen, places, strict=True)]
        if len(self.links) == 1:
            return Spread(_taken(first, places), rest, after)
        return self._spread_others(rows, places, rest, after)

    def _picked(self, number: int, rows: range) -> Sequence[int | None]:
        """For each row which of the first key's rows it refers to; None: to none."""
        first = self.links[0]
        count = first.parents.count
        if not count:
            return [None if first.optional else REJECTED] * len(rows)
        random = random_of(self.key, number)
        if first.alone:
            return [None] * len(rows) if first.optional else list(rows)
        if first.own:
            once = random.random
            drawn: list[int | None] = [int(once() * row) for row in rows]
        else:
            drawn = list(first.pick(random, rows, count))
        if first.optional and (first.nulls or first.own):
            once, share = random_of(self.key + "/null", number).random, first.nulls
            drawn = [None if once() < share else one for one in drawn]
            if first.own and number == 0:
                drawn[0] = None
        return drawn

    def _agreeing(
        self, number: int, rows: range, places: Sequence[int | None]
    ) -> tuple[Sequence[Values], Sequence[int] | None]:
        random = random_of(self.key + "/others", number)
        found: list[Mapping[str, str | None] | None] = []
        count = self.links[0].parents.count
        earlier = _Earlier({}, number * len(rows))
        for row, place in zip(rows, places, strict=True):
            row_values = None
            for attempt in range(1 if self.apart or not count else 24):
                if attempt and place is not None:
                    place = int(random.random() * min(row + 1, count))
                if place == REJECTED:
                    break
                row_values = self._row(random, row, place, earlier)
                if row_values is not None:
                    break
            found.append(row_values)
            if row_values is not None:
                earlier.add(self.links, row, row_values)
        values = [[None if one is None else one[column] for one in found] for column in self.columns]
        kept = [REJECTED if one is None else 0 for one in found] if None in found else None
        return values, kept

    def _row(self, random: Random, row: int, place: int | None, earlier: _Earlier) -> dict[str, str | None] | None:
        """The values of all columns, the first key's row being given; None where the others cannot agree."""
        first = self.links[0]
        known: dict[str, str | None] = {}
        _put(first, place, known)
        for link in self.links[1:]:
            shared = [column for column in link.columns if column in known]
            if any(known[column] is None for column in shared) or not link.parents.count:
                if not _leave(link, known, shared, vacuous=any(known[column] is None for column in shared)):
                    return None
                continue
            if link.alone:
                if not _leave(link, known, shared, vacuous=False):
                    _put(link, row, known)
                continue
            nothing = link.nullable - set(shared)
            if nothing and link.nulls and random.random() < link.nulls:
                _leave(link, known, shared, vacuous=False)
                continue
            group = earlier.of(link, known) if link.own else self._group(link, shared, known)
            most = bisect_right(group, row)
            if most:
                _put(link, group[int(random.random() * most)], known)
            elif link.own and not nothing:
                _put(link, row, known)
            elif not _leave(link, known, shared, vacuous=False):
                return None
        return known

    def _group(self, link: Link, shared: Sequence[str], known: Mapping[str, str | None]) -> Sequence[int]:
        if not shared:
            return range(link.parents.count)
        groups = self._groups.get(link.name)
        if groups is None:
            targets = tuple(link.targets[link.columns.index(column)] for column in shared)
            groups = self._groups[link.name] = Groups(link.parents, targets)
        return groups.of(tuple(known[column] for column in shared))

    def _spread_others(self, rows: range, places: Sequence[int], left: Sequence[int], seen: Sequence[int]) -> Spread:
        """The other keys take a digit each from what is left, among the rows that agree."""
        found: list[dict[str, str | None]] = []
        rest, after = list(left), list(seen)
        for at, place in enumerate(places):
            known: dict[str, str | None] = {}
            _put(self.links[0], place, known)
            for link in self.links[1:]:
                shared = [column for column in link.columns if column in known]
                group = () if link.own or not link.parents.count else self._group(link, shared, known)
                if link.own and not link.optional:
                    _put(link, rows[at], known)
                    continue
                if not group:
                    if not _leave(link, known, shared, vacuous=False):
                        rest[at] = REJECTED
                        break
                    continue
                size = bisect_right(group, rows[at]) or len(group)
                digit = (rest[at] + scattered(after[at]) % size) % len(group)
                rest[at] //= len(group)
                after[at] = after[at] * 31 + digit
                _put(link, group[digit], known)
            found.append(known)
        values = [[one.get(column) for one in found] for column in self.columns]
        return Spread(values, rest, after)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """Rows of the same block that came before, by what they share with a key onto their own table.

    Only within a block, so that no block needs another one.
    """

    found: dict[tuple[str, tuple[str | None, ...]], list[int]]
    first: int

    def add(self, links: Sequence[Link], row: int, values: Mapping[str, str | None]) -> None:
        for link in links:
            if link.own:
                shared = tuple(values[target] for target in link.targets if target in values)
                self.found.setdefault((link.name, shared), []).append(row)

    def of(self, link: Link, known: Mapping[str, str | None]) -> Sequence[int]:
        pairs = zip(link.columns, link.targets, strict=True)
        shared = tuple(known.get(column) for column, target in pairs if target in known)
        return self.found.get((link.name, shared), ())


def _taken(link: Link, places: Sequence[int | None]) -> list[Values]:
    """The values of a key's columns."""
    values: list[Values] = []
    for column, target in zip(link.columns, link.targets, strict=True):
        if not link.parents.count:
            values.append([None] * len(places))
            continue
        text = link.parents.texts(target)
        if column in link.nullable or not link.optional:
            values.append([None if place is None or place < 0 else text(place) for place in places])
        else:
            # It may not be null itself, and says nothing where another column of the key is.
            values.append([text(place or 0) if place != REJECTED else None for place in places])
    return values


def _put(link: Link, place: int | None, known: dict[str, str | None]) -> None:
    for column, target in zip(link.columns, link.targets, strict=True):
        if column in known:
            continue
        if (place is None and column in link.nullable) or not link.parents.count:
            known[column] = None
        else:
            known[column] = link.parents.texts(target)(place or 0)


def _leave(link: Link, known: dict[str, str | None], shared: Sequence[str], *, vacuous: bool) -> bool:
    """Let the key refer to nothing. `vacuous`: one of its columns is null already, so the others may be anything."""
    own = [column for column in link.columns if column not in shared]
    if link.full and shared and not vacuous:
        return False
    if not vacuous and not any(column in link.nullable for column in own):
        return False
    for column in own:
        if column in link.nullable:
            known[column] = None
        elif link.parents.count:
            known[column] = link.parents.texts(link.targets[link.columns.index(column)])(0)
        else:
            return False
    return True
