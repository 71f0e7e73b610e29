"""Values for the columns of which a table's checks speak, in joint pools."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_nself.data.pools import Pool
from pytest_nself.data.shape.model import Column, Shape, Table

from .asking import Judge, NoQuestion, asking, texts_of_functions
from .groups import PARTITION, Condition, Group, computable, demanding, groups_of, texts_about, texts_of_type
from .literals import Hints, hints_of
from .search import Found, Search, arranged
from .solution import Solution, Unsolved, Values, one_of
from .terms import comparisons
from .tries import tries_of
from .widen import wider

if TYPE_CHECKING:
    import psycopg

Domains: TypeAlias = "dict[tuple[str, str, int], Sequence[str]]"
"""Values of domains by themselves, as they are found."""
WANTED = 400
"""Joint values that a pool has where there is room for so many."""
_TRIED = 60
"""Rows for which generated columns are computed, to see whether that can fail."""
_MODELS = 100
"""Accepted values after which others are made."""
_ENOUGH_TO_JOIN = 120
"""Values of one column that are enough to draw joint values from."""


def solve(
    connection: psycopg.Connection[Any],
    shape: Shape,
    table: Table,
    candidates: Mapping[str, Sequence[str | None]],
    *,
    fixed: Collection[str] = (),
    wanted: int = WANTED,
    domains: Domains | None = None,
) -> Solution:
    """Pools for the columns that a check, a domain's check or a partition speaks of; others are in none.

    `candidates` are values to try, by column, the nicest first; null is tried where a column takes it, but only when
    nothing else is found. For columns in `fixed` nothing else than their candidates is tried (keys of rows that are
    there). `wanted` is how many joint values are looked for. The server is only asked (`select`); what is set for
    that is taken back. `domains` remembers what was found for a domain by itself, from table to
    table. The same shape and candidates give the same pools, as long as no check reads the clock.
    """
    computed = [column for column in table.columns if column.computed is not None]
    groups = groups_of(shape, table)
    if not groups and not computed:
        return Solution()
    with asking(connection):
        work = _Work(connection, table, candidates, frozenset(fixed), wanted, {} if domains is None else domains)
        risky = work.risky(computed)
        if risky:
            groups = groups_of(shape, table, risky=risky)
        if refused := work.unaskable(groups):
            groups = groups_of(shape, table, whole=refused, risky=risky)
            if lost := work.unaskable(groups):
                groups = [work.without(group, lost) for group in groups]
        work.read_functions(groups)
        for group in groups:
            work.solve(group)
    return Solution(tuple(work.pools), tuple(work.unsolved), work.acceptance)


class _Work:
    """The solving of one table, group by group."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        table: Table,
        candidates: Mapping[str, Sequence[str | None]],
        fixed: frozenset[str],
        wanted: int,
        domains: Domains,
    ) -> None:
        self._domains = domains
        self._connection = connection
        self._table = table
        self._candidates = candidates
        self._fixed = fixed
        self._wanted = wanted
        self._judge = Judge(connection, table)
        self._bodies: dict[str, list[str]] = {}
        self.pools: list[Pool] = []
        self.unsolved: list[Unsolved] = []
        self.acceptance: dict[str, float] = {}

    def risky(self, computed: Sequence[Column]) -> list[str]:
        """The generated columns that some of the candidates give no value."""
        names = [column.name for column in self._table.columns if column.computed is None]
        random = _random(self._table, "risky")
        taken: list[list[str | None]] = []
        for name in names if computed else ():
            column = self._table.column(name)
            values = [one for one in self._candidates.get(name, ()) if one is not None]
            taken.append([*(self._judge.takes(column.type, values) if column is not None else ()), None])
        tuples = [tuple(one_of(random, values) for values in taken) for _ in range(_TRIED if computed else 0)]
        found = []
        for one in computed:
            try:
                said = self._judge.verdicts(names, tuples, [computable(one)])
            except NoQuestion:
                continue
            if any(verdict != "1" for verdict in said):
                found.append(one.name)
        return found

    def unaskable(self, groups: Sequence[Group]) -> dict[str, str]:
        """The checks that are no expression by themselves, with what the server says."""
        found: dict[str, str] = {}
        for group in groups:
            try:
                self._judge.verdicts(group.columns, [], [one.text for one in (*group.conditions, *group.leaves)])
            except NoQuestion:
                for one in (*group.conditions, *group.leaves):
                    try:
                        self._judge.verdicts(group.columns, [], [one.text])
                    except NoQuestion as error:
                        found[one.constraint] = error.cause
        return found

    def without(self, group: Group, lost: Mapping[str, str]) -> Group:
        """The group without what cannot be asked about, which is told of."""
        for name in sorted({one.constraint for one in (*group.conditions, *group.leaves)} & set(lost)):
            self.unsolved.append(
                Unsolved(group.columns, name, f"It cannot be asked about outside its table: {lost[name]}", False)
            )
        return Group(
            group.columns,
            tuple(one for one in group.conditions if one.constraint not in lost),
            tuple(one for one in group.leaves if one.constraint not in lost),
        )

    def read_functions(self, groups: Sequence[Group]) -> None:
        """Have the bodies of the functions that are called: they may say which values are worth trying."""
        texts = {name: "\n".join(texts_about(self._table, name, group)) for group in groups for name in group.columns}
        if any("(" in text for text in texts.values()):
            self._bodies = texts_of_functions(self._connection, texts)

    def solve(self, group: Group) -> None:
        """Find the group's pool, or say what is missing."""
        single = len(group.columns) == 1 and not group.leaves
        lists: dict[str, list[str | None]] = {}
        for name in group.columns:
            lists[name] = self._alone(name, group, self._wanted if single else _ENOUGH_TO_JOIN)
            if not lists[name]:
                self._refuse(group, (name,), self._hardest(group.alone[name], name))
                return
        if single:
            name = group.columns[0]
            tuples = tuple((value,) for value in lists[name] if value is not None)[: self._wanted]
            self.pools.append(Pool(group.columns, tuples or ((None,),)))
            if not tuples:
                self._refuse(group, (name,), self._hardest(group.alone[name], name), left_null=True)
            return
        random = _random(self._table, ",".join(group.columns))
        found = Search(self._judge, self._table, group, lists, self._wanted, random, self._fixed).run()
        self._keep(group, found)

    def _keep(self, group: Group, found: Found) -> None:
        for name in dict.fromkeys(one.constraint for one in group.joint):
            own = [share for one, share in found.share.items() if one.constraint == name]
            self.acceptance[name] = min([self.acceptance.get(name, 1.0), *own])
        worst = min(found.share, key=lambda one: found.share[one], default=None)
        constraint = worst.constraint if worst is not None else PARTITION
        if not found.accepted:
            self._refuse(group, group.columns, constraint)
            return
        for at, leaf in enumerate(group.leaves):
            if not any(leaves[at] == "1" for leaves in found.accepted.values()):
                reason = "No tried value belongs to this partition."
                self.unsolved.append(Unsolved(leaf.columns, leaf.constraint, reason, False))
        tuples = arranged(found, self._wanted)
        self.pools.append(Pool(group.columns, tuples))
        empty = tuple(name for at, name in enumerate(group.columns) if all(one[at] is None for one in tuples))
        if empty:
            self._refuse(group, empty, constraint, left_null=True)

    def _refuse(self, group: Group, columns: tuple[str, ...], constraint: str, *, left_null: bool = False) -> None:
        reason = "None of the values that were tried is accepted"
        reason += "; the columns stay null." if left_null else "."
        if not left_null and columns != group.columns:
            columns = (*columns, *(name for name in group.columns if name not in columns))
        self.unsolved.append(Unsolved(columns, constraint, reason, left_null))

    def _hardest(self, conditions: Sequence[Condition], name: str) -> str:
        least = min(conditions, key=lambda one: self.acceptance.get(one.constraint, 1.0), default=None)
        column = self._table.column(name)
        return least.constraint if least is not None else column.type.written if column is not None else name

    def _alone(self, name: str, group: Group, wanted: int) -> list[str | None]:
        """Values that the column takes and that no condition about it alone refuses; null last, where it may be."""
        column = self._table.column(name)
        assert column is not None
        conditions = group.alone[name]
        given = self._candidates.get(name, ())
        accepted = self._judged(column, conditions, [one for one in given if one is not None])
        if name not in self._fixed:
            random = _random(self._table, name)
            tries: list[str] = []
            if len(accepted) < wanted:
                tries = tries_of(column.type, self._hints(name, group), random, self._judge.takes)
                accepted = self._more(column, conditions, accepted, [*tries, *self._derived(column, conditions, tries)])
            if not accepted:
                accepted = self._from_the_nearest(column, conditions, tries, random)
            # What a domain alone asks for is the same in all tables: it is widened once.
            shared = not conditions and len(group.columns) == 1 and not group.leaves and demanding(column.type)
            if shared and 0 < len(accepted) < wanted:
                accepted = list(dict.fromkeys([*accepted, *self._of_domain(column, wanted)]))[:wanted]
            for _ in range(2):
                if 0 < len(accepted) < wanted:
                    more = wider(column.type, accepted[:_MODELS], 2 * (wanted - len(accepted)) + _MODELS, random)
                    accepted = self._more(column, conditions, accepted, more)
        found: list[str | None] = [*accepted]
        if not column.must and (name not in self._fixed or None in given):
            texts = [one.text for one in conditions]
            (said,) = self._judge.verdicts([name], [(None,)], texts) if texts else [""]
            if said is not None and "0" not in said:
                found.append(None)
        return found

    def _of_domain(self, column: Column, wanted: int) -> Sequence[str]:
        """Values of a domain, whichever column has it; found once for a connection's shape of it."""
        hints = hints_of(texts_of_type(column.type))
        key = (column.type.written, repr(column.type), wanted)
        known = self._domains.get(key)
        if known is None:
            random = Random(int.from_bytes(blake2b(f"solve/{column.type.written}".encode(), digest_size=16).digest()))
            found = self._judge.takes(column.type, tries_of(column.type, hints, random, self._judge.takes))
            for _ in range(2):
                if 0 < len(found) < wanted:
                    more = wider(column.type, found[:_MODELS], 2 * (wanted - len(found)) + _MODELS, random)
                    found = list(dict.fromkeys([*found, *self._judge.takes(column.type, more)]))
            known = self._domains[key] = tuple(found[:wanted])
        return known

    def _from_the_nearest(
        self, column: Column, conditions: Sequence[Condition], tries: Sequence[str], random: Random
    ) -> list[str]:
        """Values like those that fulfil the most conditions, where none fulfils all."""
        taken = self._judge.takes(column.type, tries)
        said = self._judge.verdicts([column.name], [(one,) for one in taken], [one.text for one in conditions])
        scored = [(verdict.count("1"), one) for one, verdict in zip(taken, said, strict=True) if verdict is not None]
        best = max((score for score, _ in scored), default=0)
        models = [one for score, one in scored if score == best][:_MODELS]
        return self._judged(column, conditions, wider(column.type, models, 2000, random))

    def _more(
        self, column: Column, conditions: Sequence[Condition], known: Sequence[str], values: Sequence[str]
    ) -> list[str]:
        have = set(known)
        return [*known, *self._judged(column, conditions, [one for one in values if one not in have])]

    def _judged(self, column: Column, conditions: Sequence[Condition], values: Sequence[str]) -> list[str]:
        taken = self._judge.takes(column.type, values)
        if demanding(column.type) and values:
            self._told(column.type.written, len(taken) / len(set(values)))
        if not conditions:
            return taken
        tuples: list[Values] = [(one,) for one in taken]
        said = self._judge.verdicts([column.name], tuples, [one.text for one in conditions])
        if taken:
            for at, condition in enumerate(conditions):
                share = sum(one is not None and one[at] == "1" for one in said) / len(taken)
                self._told(condition.constraint, share)
        return [one for one, verdict in zip(taken, said, strict=True) if verdict is not None and "0" not in verdict]

    def _told(self, constraint: str, share: float) -> None:
        # The first that were tried say most: later ones are like those that were accepted.
        self.acceptance.setdefault(constraint, share)

    def _derived(self, column: Column, conditions: Sequence[Condition], tries: Sequence[str]) -> list[str]:
        """What the expressions give that the column is compared with (`slug = lower(slug)`)."""
        found: dict[str, None] = {}
        values: list[Values] = [(one,) for one in self._judge.takes(column.type, tries[:300])]
        for condition in conditions:
            for one in comparisons(condition.expression, [column.name])[:6]:
                given = self._judge.values([column.name], values, one.other, column.type)
                found.update(dict.fromkeys(text for text in given if text is not None))
        return list(found)

    def _hints(self, name: str, group: Group) -> Hints:
        return hints_of([*texts_about(self._table, name, group), *self._bodies.get(name, ())])


def _random(table: Table, what: str) -> Random:
    return Random(int.from_bytes(blake2b(f"solve/{table.ref}/{what}".encode(), digest_size=16).digest()))
