"""The rows of one table, decided: own values first, asked of the server, joint values for what it refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

from pytest_nself.data.shape.model import Exclusion, Table
from pytest_nself.data.strategies.kinds import shifted
from pytest_nself.data.strategies.stream import key_of
from pytest_nself.data.strategies.types import is_text

from .columns import Making, keeps_default, making_of
from .demands import demanded, led_by, taken_by
from .existing import Existing
from .filled import Filled, Ground
from .filters import Passing
from .judge import Judge, Rule, rules_of
from .keys import ROOMY, Decisions, Unit, decide
from .limits import limited
from .linking import Linked, link_table
from .members import Chain, Joint, Member, Single, Slotted, Strand
from .parents import Parents
from .patterns import Pattern
from .rows import Filter, Own, Rows
from .slots import slotted
from .solving import Solved, find_slots, solve_rules
from .times import is_time, times_of
from .watching import filters_for, sample
from .wishes import TableWish

if TYPE_CHECKING:
    from pytest_nself.data.solve.slots import Slots

_LATER = 1_000_000
"""How far numbers are moved that must be greater than others of their row."""
_ENOUGH = 0.5
"""A check that so many of a table's own rows pass is kept by leaving the others out, where its columns are bound."""


def fill_table(
    ground: Ground,
    table: Table,
    count: int,
    *,
    parents: Mapping[str, Parents],
    postponed: Collection[str],
    existing: Existing,
    wish: TableWish,
) -> Filled:
    """Decide how rows of this table are made. `parents` by the name of the reference; none for a postponed one."""
    return _Filling(ground, table, count, parents, frozenset(postponed), existing, wish).run()


class _Filling:
    def __init__(
        self,
        ground: Ground,
        table: Table,
        count: int,
        parents: Mapping[str, Parents],
        postponed: frozenset[str],
        existing: Existing,
        wish: TableWish,
    ) -> None:
        self.ground = ground
        self.table = table
        self.asked = count
        self.parents = dict(parents)
        self.postponed = [one for one in table.references if one.name in postponed]
        self.wish = wish
        self.key = key_of(ground.seed, str(table.ref), "")
        self.own: list[Rows] = []
        for reference in table.references:
            if isinstance(self.parents.get(reference.name), Own):
                self.parents[reference.name] = Own(self.own)
        self.filled = Filled(table, Rows(table.ref, (), (), count), existing)
        self.referenced = frozenset(ground.wanted.get(table.ref, ()))
        self.rules = rules_of(ground.shape, table)
        self.makings: dict[str, Making] = {}
        self.linked = Linked(())
        self.solved = Solved()
        self.late: tuple[str, ...] = ()
        self.ranks: dict[str, int] = {}
        self.shares: dict[str, float] = {}
        self.slots: dict[str, Slots] = {}
        self.excluding: list[Exclusion] = []
        self.apart: set[str] = set()

    def run(self) -> Filled:
        """Decide; see fill_table."""
        key = self.key
        if self.table.partition_key is not None and not any(self.ground.shape.leaves(self.table)):
            return self._empty("it has no partition that could hold them")
        self.linked = link_table(
            self.ground.shape, self.table, self.parents, key=key, wish=self.wish, filled=self.referenced
        )
        if (hopeless := self.linked.hopeless) is not None:
            return self._empty(f"{hopeless.target} has no row that {', '.join(hopeless.columns)} could refer to")
        for reference in self.linked.nowhere:
            for column in reference.columns:
                self.filled.nulls[column] = f"{reference.target} has no rows"
        impossible = self._choose_columns()
        if impossible:
            return self._empty(f"nothing is known of the type of {impossible}")
        rows = self._made(())
        passing = self._refused(rows)
        if passing and self._ordered(rows, passing):
            rows = self._made(())
            passing = self._refused(rows)
        if passing and self._limit(passing):
            rows = self._made(())
            passing = self._refused(rows)
        if passing:
            self.solved = self._solve(rows, passing)
            if self.solved.hopeless:
                if any(not self.shares[rule.name] for rule in passing):
                    return self._empty(f"no value was found that {self.solved.hopeless} lets through")
                # The own rows pass now and then: those that do not are left out.
                self.solved = Solved()
            rows = self._made(())
            passing = self._refused(rows)
        if self._slots():
            rows = self._made(())
            passing = self._refused(rows)
        filters = [Passing(rule, self._judge(rows)) for rule in passing]
        if passing:
            rows = self._made(filters)
        rows.settle()
        self.filled.rows = rows
        if rows.count < self.asked:
            self.filled.short = self._why_short(rows)
        return self.filled

    def _empty(self, reason: str) -> Filled:
        self.filled.short = reason
        self.filled.rows.wanted = 0
        return self.filled

    def _choose_columns(self) -> str | None:
        """Which columns are written, and how; the name of one that cannot be."""
        table, filled = self.table, self.filled
        linked = {column for links in self.linked.links for column in links.columns}
        unique = {column for key in table.keys for column in key.columns if column}
        unique |= {column for one in table.exclusions for column in one.columns if column}
        checked = {column for rule in self.rules for column in rule.columns}
        needed = self.referenced | unique | checked | set(self.wish.values)
        late = {column for reference in self.postponed for column in reference.columns} - linked
        left = []
        for column in table.columns:
            if column.generated or column.name in linked or column.name in late:
                continue
            if keeps_default(column, table, needed):
                left.append(column.name)
                continue
            making = making_of(column, table, filled.existing)
            if making is not None:
                self.makings[column.name] = self._demanded(making)
            elif column.default is not None or not column.must:
                left.append(column.name)
                if column.default is None:
                    filled.nulls[column.name] = f"nothing is known of the type {column.type.written}"
            elif column.name not in checked:
                return f"{column.name} ({column.type.written})"
        self.late = tuple(column.name for column in table.columns if column.name in late)
        filled.left = tuple(left)
        filled.counted = tuple(name for name, one in self.makings.items() if one.counts)
        return None

    def _made(self, filters: Sequence[Filter]) -> Rows:
        """The rows as they are decided by now."""
        units = {unit.name: unit for unit in self._units()}
        server = {
            *self.filled.left,
            *(column.name for column in self.table.columns if column.generated and not column.computed),
        }
        decisions = decide(self.table, list(units.values()), server - set(self.solved.columns))
        slots = slotted(decisions, self.makings, self.solved.columns)
        self.excluding, self.apart = decisions.excluding, decisions.apart
        members: dict[str, Member] = {}
        for unit in units.values():
            members[unit.name] = self._member(unit, decisions, slots)
        chains = [Chain(tuple(members.pop(name) for name in chain)) for chain in decisions.chains]
        made: list[Member] = [*members.values(), *chains]
        made = self._patterned(made)
        written = {column for member in made for column in member.columns}
        columns = tuple(column.name for column in self.table.columns if column.name in written)
        wanted = self._most(units, decisions)
        rows = Rows(self.table.ref, columns, tuple(made), wanted)
        rows.scans = bool(chains or filters) or any(self._may_reject(unit, decisions) for unit in units.values())
        rows.filters = (*filters, *self._watching(rows, decisions))
        self.own[:] = [rows]
        return rows

    def _units(self) -> list[Unit]:
        slotted_columns = {column for one in self.slots.values() for column in one.columns}
        pooled = set(self.solved.columns) | slotted_columns
        units = [
            Unit(name, "column", (name,), frozenset({name}), self._room(one), one.rank)
            for name, one in self.makings.items()
            if name not in pooled
        ]
        units += [
            Unit(
                one.key,
                "own" if one.links[0].own else "links",
                one.columns,
                frozenset(one.links[0].columns),
                one.links[0].parents.count,
            )
            for one in self.linked.links
        ]
        for name, one in self.slots.items():
            units.append(Unit(name, "slots", one.columns, frozenset(one.columns), one.room))
        for pool in self.solved.joints:
            if not slotted_columns & set(pool.columns):
                units.append(Unit(pool.key, "joint", pool.columns, pool.leading, len(pool.tuples)))
        return units

    def _room(self, making: Making) -> int:
        wished = self.wish.values.get(making.column.name)
        return making.apart.room if wished is None else len(wished)

    def _member(self, unit: Unit, decisions: Decisions, slots: Collection[str]) -> Member:
        apart = unit.name in decisions.apart
        if unit.kind in ("links", "own"):
            links = next(one for one in self.linked.links if one.key == unit.name)
            return replace(links, apart=apart)
        if unit.kind == "joint":
            pool = next(one for one in self.solved.joints if one.key == unit.name)
            return pool.joint(apart, unit.name in decisions.chained)
        if unit.kind == "slots":
            return Slotted(unit.columns, self.slots[unit.name], self.filled.existing.rows)
        making = self.makings[unit.name]
        column, key = making.column, f"{self.key}{unit.name}"
        wished = self.wish.values.get(column.name)
        if wished is not None:
            return Joint((column.name,), [(one,) for one in wished], key, apart)
        if making.counts or apart or unit.name in decisions.chained:
            # Not once more what an earlier run has made.
            more = f"+{self.filled.existing.rows}" if self.filled.existing.rows else ""
            later = shifted(making.apart, self.ranks.get(column.name, 0) * min(_LATER, making.apart.room // 4))
            return Single(column.name, later, key + more, apart=True)
        never = column.must or column.name in self.referenced
        times = times_of(
            column,
            key,
            slots=self.filled.existing.rows if column.name in slots else None,
            never_null=never,
            rank=self.ranks.get(column.name),
        )
        if times is not None:
            return Strand(column.name, times)
        return Single(column.name, making.kind, key, nulls=0.0 if never else 0.1)

    def _patterned(self, members: Sequence[Member]) -> list[Member]:
        """Where joint values say which keys are null, those keys are put behind them."""
        bound = self.solved.patterns
        if not bound:
            return list(members)
        wanted = {column for pool in bound for column in pool.columns}
        inner = [member for member in members if set(member.columns) & wanted]
        rest = [member for member in members if member not in inner]
        return [*rest, Pattern(tuple(inner), tuple(pool.joint(False) for pool in bound))]

    def _most(self, units: Mapping[str, Unit], decisions: Decisions) -> int:
        """How many rows there can be at most, as far as single columns tell."""
        most = self.filled.rows.wanted
        for name in decisions.apart:
            unit = units[name]
            if unit.kind == "column" or (unit.kind == "joint"):
                most = min(most, unit.room)
        return most

    def _may_reject(self, unit: Unit, decisions: Decisions) -> bool:
        if unit.kind == "slots":
            return True
        if unit.kind in ("links", "own"):
            links = next(one for one in self.linked.links if one.key == unit.name)
            return unit.name in decisions.apart or len(links.links) > 1
        return False

    def _watching(self, rows: Rows, decisions: Decisions) -> list[Filter]:
        own = [one for one in self.table.references if isinstance(self.parents.get(one.name), Own)]
        counted = {name for name, one in self.makings.items() if one.counts or one.column.type.plain.name == "uuid"}
        there = self.filled.existing.rows > 0
        return filters_for(self.ground.connection, self._judge(rows), rows, decisions, own, there=there, sure=counted)

    def _judge(self, rows: Rows) -> Judge:
        return Judge(self.ground.connection, self.table, rows.columns)

    def _refused(self, rows: Rows) -> list[Rule]:
        """The rules that some of the rows do not pass; the share of those that do is noted."""
        if not self.rules or not rows.wanted:
            return []
        some = sample(rows)
        judge = self._judge(rows)
        refused = []
        for rule, failing in zip(self.rules, judge.failing_each(some, self.rules), strict=True):
            failed = len(failing)
            if failed or rule.name not in self.filled.acceptance:
                self.filled.acceptance[rule.name] = 1 - failed / max(1, len(some))
            self.shares[rule.name] = 1 - failed / max(1, len(some))
            if failed:
                refused.append(rule)
        return refused

    def _slots(self) -> bool:
        """Find slots for what the rows may not overlap in; whether there are any."""
        if not self.excluding:
            return False
        ground = self.ground
        found = find_slots(ground.connection, ground.shape, self.table, self.excluding, self.solved)
        taken: set[str] = set()
        for name, one in found.items():
            # What is joined with other columns cannot be taken apart.
            joined = [joint.columns for joint in self.solved.joints if set(joint.columns) & set(one.columns)]
            own = {*self.makings, *(column for columns in joined for column in columns)}
            if set(one.columns) <= own - taken and all(set(columns) <= set(one.columns) for columns in joined):
                self.slots[name] = one
                taken |= set(one.columns)
        return bool(self.slots)

    def _ordered(self, rows: Rows, refused: Sequence[Rule]) -> bool:
        """Try which of a row's times, or numbers, come first; whether an order was found that more rows pass with."""
        found = False
        for rule in refused:
            times = [name for name in sorted(rule.columns) if self._has_order(name)]
            if not 2 <= len(times) <= 3:
                continue
            before, least = dict(self.ranks), len(self._judge(rows).failing(sample(rows), rule))
            best = before
            for order in permutations((0, 1, 2) if len(times) == 3 else (0, 2)):
                self.ranks = {**before, **dict(zip(times, order, strict=True))}
                tried = self._made(())
                failed = len(self._judge(tried).failing(sample(tried), rule))
                if failed < least:
                    best, least, found = dict(self.ranks), failed, True
            self.ranks = best
        return found

    def _limit(self, refused: Sequence[Rule]) -> bool:
        """Refer only to rows with which the checks about a key's columns hold; whether that changes anything."""
        hard = [rule for rule in refused if self.shares[rule.name] < _ENOUGH]
        before = self.linked
        self.linked = limited(self.ground.connection, self.ground.shape, self.table, before, hard)
        return self.linked != before

    def _demanded(self, making: Making) -> Making:
        """The same, with values among its own that rows of other tables would like to refer to."""
        column, ground = making.column, self.ground
        asked = ground.demands.get(self.table.ref, {}).get(column.name, ())
        if not asked or making.counts:
            return making
        values = taken_by(ground.connection, self.table, column, asked, self.rules)
        if not values:
            return making
        roomy = is_text(column.type) and making.apart.room >= ROOMY and not self.filled.existing.rows
        apart = led_by(making.apart, values) if roomy else making.apart
        return replace(making, kind=demanded(making.kind, values), apart=apart)

    def _has_order(self, name: str) -> bool:
        """Whether the column's values follow the row's number, or its moment, so that another's can come later."""
        making = self.makings.get(name)
        return making is not None and (is_time(making.column) or (name in self.apart and making.rank in (0, 3)))

    def _solve(self, rows: Rows, refused: Sequence[Rule]) -> Solved:
        bound = {column for links in self.linked.links for column in links.columns}
        hard = [rule for rule in refused if not (rule.columns & bound and self.filled.acceptance[rule.name] >= _ENOUGH)]
        if not hard:
            return Solved()
        solved = solve_rules(
            self.ground.connection,
            self.ground.shape,
            self.table,
            hard,
            links=self.linked.links,
            makings=self.makings,
            key=self.key,
            wanted=self.filled.rows.wanted,
            given=self.wish.values,
            domains=self.ground.domains,
        )
        self.filled.acceptance.update(solved.acceptance or {})
        for one in solved.unsolved:
            said = f"{one.constraint}: {one.reason}"
            for column in one.columns:
                (self.filled.nulls if one.left_null else self.filled.unsolved)[column] = said
        self.filled.left = tuple(name for name in self.filled.left if name not in solved.columns)
        if solved.patterns:
            # Which of the keys are null is what the joint values say, and nothing else.
            pattern = {column for pool in solved.patterns for column in pool.columns}
            links = tuple(
                replace(one, links=tuple(replace(link, nulls=0.0) for link in one.links))
                if set(one.columns) & pattern
                else one
                for one in self.linked.links
            )
            self.linked = replace(self.linked, links=links)
        return solved

    def _why_short(self, rows: Rows) -> str:
        if rows.refused:
            name = max(rows.refused, key=lambda one: rows.refused[one])
            return f"{name} leaves room for no more"
        return "the keys leave room for no more"
