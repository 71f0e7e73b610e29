"""Reading again after a step only what it touched, and what depends on that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from pytest_nself.core.names import ObjectRef

from .fact import Catalog
from .kinds import kinds
from .known import Change, Known, Signature, signature
from .reach import UNITS, Address, Lost, Reach, never_made_by, reach_of
from .reader import Reader
from .restricted import CLASS, STANDS_WITH, TYPE, Unit, restricted
from .told import Told

_GRANTS = frozenset({"GRANT", "REVOKE"})
_HARMLESS = _GRANTS | {"ALTER DEFAULT PRIVILEGES"}
_BINDING = frozenset(
    f"ALTER {word}" for word in ("FUNCTION", "PROCEDURE", "ROUTINE", "TRIGGER", "INDEX", "MATERIALIZED VIEW")
)
"""Commands that can make an object go with an extension."""

_NOTED = frozenset({"pg_description", "pg_seclabel"})
_UNMODELLED = frozenset({"pg_subscription", "pg_user_mapping", "pg_init_privs"})

_SCHEMA, _CONSTRAINT, _TRIGGER = 2615, 2606, 2620
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Touched:
    """What a step has touched, as the database tells it.

    `moved` are the catalogs in which rows were written; `untold` says that rows of indexes or of owners were changed,
    which not every command tells. Rows that the step wrote are not older than the transaction `since`.
    """

    told: Told
    moved: frozenset[str]
    untold: bool
    since: str


def reread(reader: Reader, before: Catalog, touched: Touched) -> tuple[Catalog, frozenset[ObjectRef]]:
    """The catalog after a step that began when it was `before`, and the objects in which both may differ.

    The role is that of before. Raises Lost where what was told does not suffice.
    """
    if not isinstance(before.entries, Known):
        raise Lost
    if touched.told.silent - _HARMLESS or (not touched.told and touched.moved - _told_by_whole_kinds()):
        raise Lost
    return _Step(reader, before, before.entries, touched).run()


class _Step:
    def __init__(self, reader: Reader, before: Catalog, known: Known, touched: Touched) -> None:
        self._reader = reader
        self._before = before
        self._known = known
        self._touched = touched
        self._change = Change(known)
        commands = {command for commands in touched.told.made.values() for command in commands}
        self._noted = bool(touched.moved & _NOTED or commands & _BINDING)
        self._read: set[Unit] = set()
        self._read_wholes: set[str] = set()

    def run(self) -> tuple[Catalog, frozenset[ObjectRef]]:
        reach = self._reach()
        for unit in reach.gone:
            self._change.remove(unit)
        self._round(reach.units, self._wholes(reach), reach.made)
        named, queried = self._other_names(reach)
        for _ in range(_ROUNDS):
            units = self._dependents(named, queried)
            wholes = self._wholes_there() if named else set()
            if not units and not wholes:
                break
            self._round(dict.fromkeys(units), wholes, ())
            named, queried = self._signatures(units), set()
        else:
            raise Lost
        self._check_schemas()
        unmodelled = self._reader.unmodelled() if self._other(reach) else self._before.unmodelled
        catalog = Catalog(self._change.after, {}, unmodelled, self._before.role, self._before.version)
        return catalog, frozenset(self._change.refs)

    # What to read.

    def _reach(self) -> Reach:
        reader, touched = self._reader, self._touched
        reach = reach_of(touched.told, self._known, reader.owners, reader.units_of)
        if touched.told.silent & _GRANTS or touched.untold:
            for unit in reader.units_of(reader.newer_than(touched.since)):
                if unit[0] in UNITS and unit not in reach.gone:
                    reach.add(unit, None)
        relations = [unit for unit in reach.units if unit[0] == CLASS]
        if "pg_inherits" in touched.moved:
            # What was detached stands below nobody any more.
            for unit in self._known.children_of(relations):
                if unit not in reach.gone:
                    reach.add(unit, None)
        if relations and (reader.family or "pg_inherits" in touched.moved):
            narrow = [reach.units[unit] for unit in relations]
            kinds_ = None if None in narrow else frozenset().union(*(one for one in narrow if one))
            for unit in reader.units_of(relations):
                if unit not in reach.gone:
                    reach.add(unit, kinds_)
        if len(reach.units) > 50 + len(self._known.units) // 4:
            raise Lost
        return reach

    def _wholes(self, reach: Reach) -> set[str]:
        """The kinds that are read as a whole."""
        wholes = set(_moved_with(self._touched.moved))
        if reach.classes:
            wholes |= {name for name in _whole_kinds() if kinds()[name].catalog in reach.classes}
        return wholes

    def _wholes_there(self) -> set[str]:
        """Those of which there are objects, and that were not read yet."""
        there = {name for name in _whole_kinds() if self._known.units.get((kinds()[name].catalog, 0))}
        return there - self._read_wholes

    def _round(self, units: Mapping[Unit, frozenset[str] | None], wholes: Iterable[str], made: Iterable[Unit]) -> None:
        """Read these units again."""
        wanted: defaultdict[str, list[int]] = defaultdict(list)
        new, moved = set(made), self._touched.moved
        for unit, only in units.items():
            never = never_made_by(self._touched.told.made[unit], moved) if unit in new else None
            for name in _may_have(unit[0], frozenset(self._known.kinds_of(unit)), moved, never):
                if only is None or name in only:
                    wanted[name].append(unit[1])
            self._change.remove(unit, only)
            self._read.add(unit)
        wholes = sorted(wholes)
        self._read_wholes.update(wholes)
        for name in wholes:
            self._change.remove((kinds()[name].catalog, 0))
        self._reader.parts(self._change, wanted, wholes, noted=self._noted)

    # What depends on it.

    def _other_names(self, reach: Reach) -> tuple[set[Address], set[Address]]:
        """Objects that others name in another way now, and those of which only whole queries may say something else."""
        named = set(reach.renamed)
        queried: set[Address] = set()
        for unit, only in reach.units.items():
            if only is None and unit in self._known.units and unit[0] != TYPE:
                was, now = self._signature(unit)
                if was[0] != now[0] or any(was[1][sub] != now[1].get(sub, was[1][sub]) for sub in was[1]):
                    named.add(unit)
                elif was[1] != now[1]:
                    queried.add(unit)
        return named, queried

    def _signatures(self, units: Iterable[Unit]) -> set[Address]:
        named = set()
        for unit in units:
            was, now = self._signature(unit)
            if was != now:
                named.add(unit)
        return named

    def _signature(self, unit: Unit) -> tuple[Signature, Signature]:
        return signature(self._known.parts(unit)), signature(self._change.after.parts(unit))

    def _dependents(self, named: set[Address], queried: set[Address]) -> list[Unit]:
        """The units that are to be read because of these objects."""
        found: set[Address] = set()
        if named:
            found.update(self._reader.dependents(named))
        if queried:
            found.update(self._reader.queries_on(queried))
        units = self._reader.units_of(found) if found else []
        return [unit for unit in units if unit in self._known.units and unit not in self._read and unit[0] in UNITS]

    def _check_schemas(self) -> None:
        """A schema that was renamed has taken along all that is in it."""
        was = {entry.oid: entry.ref.name for entry in self._known.parts((_SCHEMA, 0))}
        for entry in self._change.after.parts((_SCHEMA, 0)):
            if was.get(entry.oid, entry.ref.name) != entry.ref.name:
                raise Lost

    def _other(self, reach: Reach) -> bool:
        """Whether there may be something else that is not modelled."""
        touched = self._touched
        if self._before.unmodelled or touched.told.silent & _GRANTS or touched.moved & _UNMODELLED:
            return True
        if "pg_description" in touched.moved:
            commented = {one[0] for one, commands in touched.told.made.items() if "COMMENT" in commands}
            if not commented or commented & {_CONSTRAINT, _TRIGGER}:
                return True
        return any(unit not in self._change.after.units and self._may_be_other(unit) for unit in reach.units)

    def _may_be_other(self, unit: Unit) -> bool:
        commands = self._touched.told.made.get(unit, frozenset())
        return bool(commands) and not commands <= {"CREATE SEQUENCE", "ALTER SEQUENCE"}


@cache
def _kinds_of_class(classid: int) -> list[tuple[str, str]]:
    return [(one.name, one.appears_with) for one in restricted().values() if one.unit == classid]


@lru_cache(256)
def _may_have(
    classid: int, there: frozenset[str], moved: frozenset[str], never: frozenset[str] | None
) -> tuple[str, ...]:
    """The kinds of which a unit may have parts: those of which it had some, and those of which there are new ones.

    `never` are those that a unit that is new has not; None where it is not new.
    """

    def appears(name: str, with_: str) -> bool:
        if STANDS_WITH.get(name) in there or with_ in moved or not with_:
            return name not in (never or ())
        return not there and never is None

    return tuple(name for name, with_ in _kinds_of_class(classid) if name in there or appears(name, with_))


@lru_cache(256)
def _moved_with(moved: frozenset[str]) -> tuple[str, ...]:
    """The kinds that are read as a whole when rows were written in these catalogs."""
    return tuple(name for name in _whole_kinds() if restricted()[name].moves_with & moved)


@cache
def _whole_kinds() -> tuple[str, ...]:
    return tuple(one.name for one in restricted().values() if not one.unit)


@cache
def _told_by_whole_kinds() -> frozenset[str]:
    """Catalogs in which a new row alone tells which kinds must be read."""
    own = frozenset().union(*(restricted()[name].moves_with for name in _whole_kinds()))
    return own | {"pg_depend", "pg_authid", "pg_tablespace"}
