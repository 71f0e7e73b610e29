"""Joint values of several columns: drawn, asked about, and changed where a condition does not hold yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product
from random import Random

from pytest_nself.data.shape.model import Table

from .asking import Judge
from .groups import Condition, Group
from .literals import hints_of
from .moments import line_of
from .solution import Values, below, one_of
from .terms import comparisons
from .tries import tries_of

_FIRST = 1200
"""Tuples drawn at first; all there are, where those are not many more."""
_ROUND = 600
_ROUNDS = 14
_LABELS = 40
"""How many values a column has at most for each of them to be looked for."""
_NICE = 24
"""How many values of a column count as the usual ones: these, and those that the conditions name, are drawn often."""

Lists = Mapping[str, Sequence[str | None]]


@dataclass(slots=True)
class Found:
    """`accepted` tuples with the leaves that take them; `share` of the first draw that a condition let through.

    `covering` are accepted too: they have labels that the others lack, and nulls for it.
    """

    accepted: dict[Values, str] = field(default_factory=dict)
    share: dict[Condition, float] = field(default_factory=dict)
    nulls: bool = False
    covering: list[Values] = field(default_factory=list)


@dataclass(slots=True)
class _Tried:
    tuple: Values
    verdict: str
    score: int


class Search:
    """The search for one group. `lists` are, by column, the values that may stand there by themselves."""

    def __init__(
        self, judge: Judge, table: Table, group: Group, lists: Lists, wanted: int, random: Random, fixed: Iterable[str]
    ) -> None:
        self._judge = judge
        self._table = table
        self._group = group
        self._columns = group.columns
        self._lists = {name: [one for one in lists[name] if one is not None] for name in group.columns}
        self._nullable = [name for name in group.columns if None in lists[name]]
        self._conditions = group.joint
        self._leaves = group.leaves
        self._wanted = wanted
        self._random = random
        self._fixed = frozenset(fixed)
        hints = hints_of(one.expression for one in (*self._conditions, *self._leaves))
        spoken = {*hints.strings, *(format(number + step, "f") for number in hints.numbers for step in (-1, 0, 1))}
        self._spoken = {name: [one for one in known if one in spoken] for name, known in self._lists.items()}
        self._small = {name: self._small_of(name) for name in group.columns}
        self._best: list[_Tried] = []
        self._tried: set[Values] = set()
        self._found = Found()

    def run(self) -> Found:
        """As many tuples as are wanted, or as can be found in a bounded number of tries; without nulls if possible."""
        if all(self._lists.values()):
            self._draw(None)
            self._improve()
        if not self._found.accepted and self._nullable:
            self._found.nulls = True
            self._best.clear()
            self._draw(self._nullable)
            self._improve()
            self._fill_each()
            self._fill()
            self._keep_fullest()
        if self._found.accepted:
            self._cover()
        self._reach_leaves()
        return self._found

    def _draw(self, nullable: Sequence[str] | None) -> None:
        first = not self._found.share
        tuples = self._first(nullable)
        tried = self._ask(tuples)
        if first and tried:
            for at, condition in enumerate(self._conditions):
                self._found.share[condition] = sum(one.verdict[at] == "1" for one in tried) / max(1, len(tuples))
        if len(self._found.accepted) < self._wanted:
            self._ask(self._derived([one.tuple for one in tried] or tuples))

    def _first(self, nullable: Sequence[str] | None) -> list[Values]:
        lists = [self._lists[name] for name in self._columns]
        size = 1
        for one in lists:
            size *= max(1, len(one))
        if nullable is None and size <= 2 * _FIRST:
            return [*product(*lists)]
        return list(dict.fromkeys(self._drawn(nullable or ()) for _ in range(_FIRST)))

    def _small_of(self, name: str) -> list[str]:
        """The small numbers among a column's values: sums and products of them are often others of them."""
        column = self._table.column(name)
        line = None if column is None else line_of(column.type)
        if line is None or line.step >= 60:
            return []
        places = ((text, line.place(text)) for text in self._lists[name])
        return [text for text, place in places if place is not None and 0 <= place <= 12]

    def _drawn(self, nullable: Sequence[str]) -> Values:
        often = self._random.random()
        way = self._random.random()
        alike: dict[str, str] | None = {} if way < 0.2 else None
        values: list[str | None] = []
        for name in self._columns:
            if not self._lists[name] or (name in nullable and self._random.random() < often):
                values.append(None)
            elif way > 0.8 and self._small[name]:
                values.append(one_of(self._random, self._small[name]))
            else:
                values.append(self._value(name, alike))
        return tuple(values)

    def _value(self, name: str, alike: dict[str, str] | None = None) -> str:
        """One of a column's values; with `alike` the same as another column's of the same type, where it has it."""
        known = self._lists[name]
        if alike is not None:
            column = self._table.column(name)
            written = column.type.plain.written if column else name
            if alike.setdefault(written, one_of(self._random, known)) in known:
                return alike[written]
        way = self._random.random()
        if way < 0.35 and self._spoken[name]:
            return one_of(self._random, self._spoken[name])
        return one_of(self._random, known) if way > 0.7 else known[below(self._random, min(_NICE, len(known)))]

    def _ask(self, tuples: Iterable[Values]) -> list[_Tried]:
        new = [one for one in dict.fromkeys(tuples) if one not in self._tried]
        self._tried.update(new)
        conditions = [one.text for one in (*self._conditions, *self._leaves)]
        said = self._judge.verdicts(self._columns, new, conditions)
        number = len(self._conditions)
        found = []
        for one, verdict in zip(new, said, strict=True):
            if verdict is None:
                continue
            leaves = verdict[number:]
            score = verdict[:number].count("1") + (not self._leaves or "1" in leaves)
            found.append(_Tried(one, verdict, score))
            if score == number + 1:
                self._found.accepted[one] = leaves
        if not self._found.accepted:
            self._best = sorted([*self._best, *found], key=lambda one: -one.score)[:30]
        return found

    def _derived(self, tuples: Sequence[Values]) -> list[Values]:
        """Tuples in which a column is what the expression it is compared with gives."""
        found = list(tuples[:_ROUND])
        for condition in self._conditions:
            for one in comparisons(condition.expression, self._columns)[:6]:
                if one.column in self._fixed:
                    continue
                at = self._columns.index(one.column)
                column = self._table.column(one.column)
                assert column is not None
                values = self._judge.values(self._columns, found, one.other, column.type)
                found = [
                    old if value is None else (*old[:at], value, *old[at + 1 :])
                    for old, value in zip(found, values, strict=True)
                ]
        return self._readable(found)

    def _readable(self, tuples: Sequence[Values]) -> list[Values]:
        """Those whose values the columns take: what an expression gave may be too long, or no value of a domain."""
        taken: list[set[str | None]] = []
        for at, name in enumerate(self._columns):
            known: set[str | None] = {*self._lists[name], None}
            new = list(dict.fromkeys(one[at] for one in tuples if one[at] not in known))
            allowed = self._allowed(name, [one for one in new if one is not None])
            taken.append(known | set(allowed))
            self._lists[name] += allowed[:_NICE]
        return [one for one in tuples if all(value in taken[at] for at, value in enumerate(one))]

    def _allowed(self, name: str, values: Sequence[str]) -> list[str]:
        column = self._table.column(name)
        assert column is not None
        found = self._judge.takes(column.type, values)
        alone = [one.text for one in self._group.alone[name]]
        said = self._judge.verdicts([name], [(one,) for one in found], alone) if alone else [""] * len(found)
        return [one for one, verdict in zip(found, said, strict=True) if verdict is not None and "0" not in verdict]

    def _improve(self) -> None:
        """Change what is there, round by round, until there is enough or nothing more to be had."""
        for round_ in range(_ROUNDS):
            before = len(self._found.accepted)
            if before >= self._wanted or (not before and not self._best):
                return
            self._ask(self._neighbours())
            if before and len(self._found.accepted) == before and round_ > 2:
                return

    def _neighbours(self) -> Iterator[Values]:
        accepted = list(self._found.accepted)
        for at in range(_ROUND):
            if accepted:
                base = accepted[at % len(accepted)] if at % 2 else one_of(self._random, accepted)
                names: Sequence[str] = [one_of(self._random, self._columns) for _ in range(1 + at % 2)]
            else:
                tried = self._best[at % len(self._best)]
                base, names = tried.tuple, self._failing(tried)
            yield self._changed(base, names)

    def _failing(self, tried: _Tried) -> Sequence[str]:
        """Some columns of a condition that the tuple does not fulfil."""
        failed = [one for one, bit in zip(self._conditions, tried.verdict, strict=False) if bit == "0"]
        if self._leaves and "1" not in tried.verdict[len(self._conditions) :]:
            failed.append(one_of(self._random, self._leaves))
        names = one_of(self._random, failed).columns if failed else self._columns
        if len(names) > 2 and self._random.random() < 0.7:
            return [one_of(self._random, names) for _ in range(1 + below(self._random, 3))]
        return names or self._columns

    def _changed(self, base: Values, names: Sequence[str], *, nulls: bool | None = None) -> Values:
        """The tuple with other values for some columns; null becomes a value, or the other way round, with `nulls`."""
        if nulls is None:
            nulls = not self._found.accepted and self._found.nulls
        values = list(base)
        for name in names:
            at = self._columns.index(name)
            if values[at] is None and not nulls:
                continue
            null = nulls and name in self._nullable and self._random.random() < 0.4
            values[at] = None if null or not self._lists[name] else self._value(name)
        return tuple(values)

    def _fill_each(self) -> None:
        """For columns that are null in all that was accepted: look for tuples in which they are not."""
        for at, name in enumerate(self._columns):
            accepted = self._found.accepted
            if accepted and self._lists[name] and all(one[at] is None for one in accepted):
                self._seek(at, self._lists[name])

    def _seek(self, at: int, values: Sequence[str]) -> list[Values]:
        """Tuples, now accepted, that have one of these values in this place; others may be null where they can."""
        others = [name for name in self._nullable if name != self._columns[at]]
        known = list(islice(self._found.accepted, _ROUND // 2))
        bases = [*known, *(self._emptied(one, others) for one in known)]
        bases += [self._drawn(others) for _ in range(_ROUND - len(known) // 2)]
        best: list[_Tried] = []
        for _ in range(4):
            tried = self._ask((*one[:at], one_of(self._random, values), *one[at + 1 :]) for one in bases)
            found = [one.tuple for one in tried if one.tuple in self._found.accepted]
            if found:
                return found
            best = sorted([*best, *tried], key=lambda one: -one.score)[:30]
            bases = [self._changed(one.tuple, self._failing(one), nulls=True) for one in best for _ in range(20)]
        return []

    def _emptied(self, base: Values, nullable: Sequence[str]) -> Values:
        """The tuple with some columns null."""
        return tuple(
            None if name in nullable and self._random.random() < 0.5 else value
            for name, value in zip(self._columns, base, strict=True)
        )

    def _cover(self) -> None:
        """Have each label that a column may take at least in some tuples, though others may have to be null then."""
        budget = _LABELS
        for at, name in enumerate(self._columns):
            known = self._lists[name] if len(self._lists[name]) <= _LABELS else self._spoken[name]
            labels = known if len(known) <= _LABELS and name not in self._fixed else []
            seen = {one[at] for one in (*self._found.accepted, *self._found.covering)}
            for label in labels:
                if label in seen or budget == 0:
                    continue
                budget -= 1
                before = dict(self._found.accepted)
                found = self._seek(at, [label])
                self._found.accepted = before
                fewest = min((one.count(None) for one in found), default=0)
                self._found.covering += [one for one in found if one.count(None) == fewest][: self._wanted // 20]

    def _fill(self) -> None:
        """Put values where there is null, one or two at a time, as long as some are accepted."""
        for _ in range(3):
            fewest = sorted(self._found.accepted, key=lambda one: one.count(None))
            patterns: dict[tuple[bool, ...], list[Values]] = {}
            for one in fewest:
                patterns.setdefault(tuple(value is None for value in one), []).append(one)
            proposals: list[Values] = []
            for pattern, members in list(patterns.items())[:30]:
                empty = [at for at, null in enumerate(pattern) if null and self._lists[self._columns[at]]]
                for places in (*((at,) for at in empty), *list(combinations(empty, 2))[:10], tuple(empty)):
                    for number in range(12):
                        values = list(members[number % len(members)])
                        for at in places:
                            values[at] = self._value(self._columns[at])
                        proposals.append(tuple(values))
            before = len(patterns)
            self._ask(proposals[: 6 * _ROUND])
            if len({tuple(value is None for value in one) for one in self._found.accepted}) == before:
                return

    def _keep_fullest(self) -> None:
        """Only tuples in which no null could be avoided: none other has values wherever these have some, and more."""
        patterns = {frozenset(at for at, value in enumerate(one) if value is None) for one in self._found.accepted}
        least = {one for one in patterns if not any(other < one for other in patterns)}
        self._found.accepted = {
            one: leaves
            for one, leaves in self._found.accepted.items()
            if frozenset(at for at, value in enumerate(one) if value is None) in least
        }
        if 0 < len(self._found.accepted) < self._wanted:
            self._improve()

    def _reach_leaves(self) -> None:
        """Look for tuples of the partitions that have none yet, by what the text of each hints at."""
        for at, leaf in enumerate(self._leaves):
            accepted = self._found.accepted
            if any(leaves[at] == "1" for leaves in accepted.values()):
                continue
            lists = {name: self._hinted(name, leaf) for name in leaf.columns}
            bases = list(accepted) or [one.tuple for one in self._best]
            proposals: list[Values] = []
            for number in range(_ROUND if bases else 0):
                values = list(bases[number % len(bases)])
                for name, known in lists.items():
                    values[self._columns.index(name)] = one_of(self._random, known) if known else None
                proposals.append(tuple(values))
            self._ask(proposals)

    def _hinted(self, name: str, leaf: Condition) -> Sequence[str]:
        column = self._table.column(name)
        assert column is not None
        hints = hints_of([leaf.expression])
        likely = dict.fromkeys(tries_of(column.type.plain, hints, self._random, self._judge.takes)[:4000])
        spoken = [one for one in self._lists[name] if one in likely]
        literal = [one for one in spoken if one in hints.strings or one in {str(number) for number in hints.numbers}]
        return [*literal, *literal, *spoken[:_NICE]]


def arranged(found: Found, wanted: int) -> tuple[Values, ...]:
    """The tuples to keep: all leaves in turn, first those that differ from all before in every column.

    Those that are there for a label stand between the others, behind the first ones.
    """
    covering = found.covering[: wanted // 2]
    kept = _in_turn(found.accepted, wanted - len(covering))
    if not covering:
        return tuple(kept)
    every = max(1, len(kept) // (len(covering) + 1))
    mixed: list[Values] = []
    for at, one in enumerate(kept, 1):
        mixed.append(one)
        if at % every == 0 and covering:
            mixed.append(covering.pop())
    return (*mixed, *covering)


def _in_turn(found: Mapping[Values, str], wanted: int) -> list[Values]:
    by_leaf: dict[int, list[Values]] = {}
    for one, leaves in found.items():
        by_leaf.setdefault(leaves.find("1"), []).append(one)
    turns = [iter(_varied(tuples)) for _, tuples in sorted(by_leaf.items())]
    kept: list[Values] = []
    while turns and len(kept) < wanted:
        for turn in list(turns):
            for one in islice(turn, 1):
                kept.append(one)
                break
            else:
                turns.remove(turn)
    return kept


def _varied(tuples: Sequence[Values]) -> list[Values]:
    seen: list[set[str | None]] = [set() for _ in tuples[0]]
    ranks: list[list[Values]] = [[], [], []]
    for one in tuples:
        new = sum(value is None or value not in seen[at] for at, value in enumerate(one))
        for at, value in enumerate(one):
            seen[at].add(value)
        ranks[0 if new == len(one) else 1 if new else 2].append(one)
    return [one for rank in ranks for one in rank]
