"""Rows looked at one by one, where no construction can promise that they are valid beside each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pytest_nself.data.shape.model import Exclusion, Key
from pytest_nself.data.strategies.stream import Values

from .judge import Judge, Rule

Seen = set["tuple[str | None, ...]"]


@dataclass(slots=True)
class Unique:
    """Keeps a row whose values in some columns no row before it has. `taken` are those that are in the table."""

    name: str
    places: tuple[int, ...]
    taken: Collection[tuple[str | None, ...]] = ()
    nulls_alike: bool = False
    _seen: Seen = field(default_factory=set)

    def begin(self) -> None:
        """See Filter."""
        self._seen = set(self.taken)

    def keep(self, columns: Sequence[Values], kept: list[bool]) -> None:
        """See Filter."""
        for row, values in enumerate(zip(*(columns[place] for place in self.places), strict=True)):
            _keep_one(kept, row, values, self._seen, self.nulls_alike)


def _keep_one(kept: list[bool], row: int, values: tuple[str | None, ...], seen: Seen, nulls_alike: bool) -> None:
    if not kept[row] or (None in values and not nulls_alike):
        return
    if values in seen:
        kept[row] = False
    else:
        seen.add(values)


@dataclass(slots=True)
class Evaluated:
    """The same for keys of expressions, or of some rows only: the server says what the key of each row is."""

    name: str
    judge: Judge
    key: Key
    taken: Collection[tuple[str | None, ...]] = ()
    _seen: Seen = field(default_factory=set)

    def begin(self) -> None:
        """See Filter."""
        self._seen = set(self.taken)

    def keep(self, columns: Sequence[Values], kept: list[bool]) -> None:
        """See Filter."""
        places = [row for row, stays in enumerate(kept) if stays]
        rows = list(zip(*columns, strict=True))
        expressions = [f"({self.key.predicate or 'true'})", *(f"({one})" for one in self.key.expressions)]
        for place, answer in zip(
            places, self.judge.values([rows[place] for place in places], expressions), strict=True
        ):
            if answer is None:
                kept[place] = False
            elif answer[0] == "true":
                _keep_one(kept, place, answer[1:], self._seen, self.key.nulls_not_distinct)


@dataclass(slots=True)
class Passing:
    """Keeps the rows that pass a check."""

    rule: Rule
    judge: Judge

    @property
    def name(self) -> str:
        """See Filter."""
        return self.rule.name

    def begin(self) -> None:
        """See Filter."""

    def keep(self, columns: Sequence[Values], kept: list[bool]) -> None:
        """See Filter."""
        places = [row for row, stays in enumerate(kept) if stays]
        rows = list(zip(*columns, strict=True))
        for failed in self.judge.failing([rows[place] for place in places], self.rule):
            kept[places[failed]] = False


@dataclass(slots=True)
class Excluding:
    """Keeps the rows that no row before them excludes; for the few hundred rows that can be compared pair by pair."""

    exclusion: Exclusion
    judge: Judge
    _before: list[tuple[str | None, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """See Filter."""
        return self.exclusion.name

    def begin(self) -> None:
        """See Filter."""
        self._before = []

    def keep(self, columns: Sequence[Values], kept: list[bool]) -> None:
        """See Filter."""
        places = [row for row, stays in enumerate(kept) if stays]
        rows = list(zip(*columns, strict=True))
        candidates = [rows[place] for place in places]
        out: set[int] = set()
        first = len(self._before)
        for earlier, later in self.judge.conflicts([*self._before, *candidates], self.exclusion, first):
            if earlier not in out:
                out.add(later)
        for number, place in enumerate(places):
            if first + number in out:
                kept[place] = False
            else:
                self._before.append(rows[place])


@dataclass(slots=True)
class Rooted:
    """Keeps the rows that refer to nothing, to themselves, or to a row of this table that was kept before."""

    name: str
    places: tuple[int, ...]
    targets: tuple[int, ...]
    _seen: Seen = field(default_factory=set)

    def begin(self) -> None:
        """See Filter."""
        self._seen = set()

    def keep(self, columns: Sequence[Values], kept: list[bool]) -> None:
        """See Filter."""
        wanted = zip(*(columns[place] for place in self.places), strict=True)
        own = zip(*(columns[place] for place in self.targets), strict=True)
        for row, (values, key) in enumerate(zip(wanted, own, strict=True)):
            if kept[row] and None not in values and values != key and values not in self._seen:
                kept[row] = False
            if kept[row]:
                self._seen.add(key)
