"""What of migrations is in a database already: seen by replaying their folder on a server of our own.

The replay tells what each migration makes, the database, which is only read, what is there. A later migration may have
changed or dropped the same thing again: what counts is which of the states on the way the database shows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.catalog.acl import Privileges, parse_acl, renamed_owner
from pytest_nself.catalog.compare import ORDER
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.privileges import own_privileges
from pytest_nself.catalog.read import introspect
from pytest_nself.core.errors import MigrationError, StepFailed
from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef, quote_identifier
from pytest_nself.core.place import Place
from pytest_nself.migrations.ledger import LEDGER, LOG_SUFFIX, LedgerTable
from pytest_nself.migrations.migration import UP, Migration, Migrations
from pytest_nself.migrations.order import ordered
from pytest_nself.migrations.statements import extensions_in, split
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.throwaway import throwaway_sandbox

from .copied import describe_server
from .roundtrips.classes import class_of
from .roundtrips.databases import SandboxDatabases, opened
from .roundtrips.roads import Road, failure_of, road, travel
from .roundtrips.states import States, WatchedStates, WholeStates, may_be_watched
from .roundtrips.verdict import Class

if TYPE_CHECKING:
    import psycopg

    from pytest_nself.sandbox.sandbox import Sandbox

_RELATIONS = ("table", "view", "materialized_view", "foreign_table")
_WRITING = frozenset({"insert", "update", "delete", "merge", "copy", "truncate", "with", "do", "call", "select"})
_UNKNOWN_ROLE = "42704"
_NAMED = 12
"""How many objects a sentence names."""


class Standing(Enum):
    """How much of what a migration makes is there. The value is how it is shown."""

    ALL = "all there"
    SOME = "some there"
    NONE = "none there"
    UNTOLD = "cannot be told"


@dataclass(frozen=True, slots=True)
class Effect:
    """One fact that a migration makes, and whether it is so already (None: cannot be told).

    Without an attribute it is that the object is there (`wanted` True) or not. `wanted` and `has` are the values after
    the migration and in the database. `whole` is the schema and name of the relation that the object is a part of.
    """

    subject: ObjectRef
    attribute: str
    wanted: Any
    has: Any
    there: bool | None
    whole: tuple[str | None, str] | None = None

    def __str__(self) -> str:
        said = f"{self.subject.kind.replace('_', ' ')} {self.subject}"
        if self.attribute:
            return f"{said} ({self.attribute.replace('_', ' ')})"
        return said if self.wanted else f"{said} (gone)"


@dataclass(frozen=True, slots=True)
class Detected:
    """What of one migration is there. `writes`: it has statements that may write rows, of which nothing is known."""

    label: str
    version: int
    place: Place
    effects: tuple[Effect, ...] = ()
    writes: bool = False

    @property
    def standing(self) -> Standing:
        """All, some or none of it; what cannot be told does not count."""
        told = {effect.there for effect in self.effects} - {None}
        if not told:
            return Standing.UNTOLD
        return Standing.SOME if len(told) == 2 else Standing.ALL if True in told else Standing.NONE

    @property
    def told(self) -> bool:
        """Whether anything can be told."""
        return self.standing is not Standing.UNTOLD

    def named(self, there: bool | None) -> list[str]:
        """The facts that stand like this; what comes with a relation is not named beside it."""
        alike = [effect for effect in self.effects if effect.there is there]
        whole = {effect.subject[1:3] for effect in alike if effect.subject.kind in _RELATIONS and not effect.attribute}
        return [str(effect) for effect in alike if effect.whole is None or effect.whole not in whole]

    @property
    def reason(self) -> str:
        """Why it cannot be told."""
        if self.effects:
            return "a later migration takes back what it makes"
        return "rows only" if self.writes else "it changes nothing in the schema"


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found of the migrations that were asked about; `server` is where the folder was replayed."""

    migrations: tuple[Detected, ...] = ()
    server: str = ""
    notes: tuple[str, ...] = ()

    def of(self, version: int) -> Detected | None:
        """What was found of this version."""
        return next((one for one in self.migrations if one.version == version), None)


def detect(
    connection: psycopg.Connection[Any],
    migrations: Migrations,
    versions: Collection[int],
    *,
    project: TestProject,
    table: LedgerTable = LEDGER,
) -> Detection:
    """Find out what of these versions is in the database to which `connection` leads; it is only read.

    The whole folder is replayed, on the database's version of PostgreSQL if that can be had. Raises MigrationError for
    a migration that cannot be replayed, NoServer where there is no server for it.
    """
    if not versions:
        return Detection()
    migrations.raise_errors()
    order = ordered(migrations.migrations)
    books = (table.schema, table.name), (table.schema, table.name + LOG_SUFFIX)
    target = introspect(connection, dependencies=False, excluded_tables=books)
    roles = {str(name) for (name,) in connection.execute("select rolname from pg_catalog.pg_roles").fetchall()}
    major = connection.info.server_version // 10000
    wanted = frozenset(name for one in order for name in extensions_in(one.up))
    with throwaway_sandbox(project, major=major, extensions=wanted) as sandbox:
        replayed = _replay(sandbox, order, versions, roles)
        has = sandbox.server.version // 10000
        notes = (f"the replay is on PostgreSQL {has}, the database on {major}",) if has != major else ()
        found = tuple(_detected(replayed, number, target) for number in replayed.asked)
        return Detection(found, describe_server(sandbox.server), notes)


# The replay.


class _State(NamedTuple):
    """An object from one migration on; the number -1 stands for what was there before."""

    number: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class _Replayed:
    """The migrations, those asked about by their number, and each object that they touch with its states in order."""

    order: tuple[Migration, ...]
    asked: tuple[int, ...]
    states: Mapping[ObjectRef, Sequence[_State]]
    touched: Mapping[int, Sequence[ObjectRef]]
    unmodelled: Mapping[int, Collection[ObjectRef]]
    role: str
    version: int


def _replay(sandbox: Sandbox, order: tuple[Migration, ...], versions: Collection[int], roles: set[str]) -> _Replayed:
    asked = tuple(number for number, one in enumerate(order) if one.version in versions)
    states: dict[ObjectRef, list[_State]] = {}
    touched: dict[int, list[ObjectRef]] = {}
    watched = may_be_watched(one.up for one in order)
    reader: States = WatchedStates() if watched else WholeStates()
    unmodelled: dict[int, Collection[ObjectRef]] = {}
    with opened(SandboxDatabases(sandbox), watched=watched) as (_, work):
        for one in order[: asked[0]]:
            _apply(sandbox, work, road(one, UP, watched=watched), one, roles)
        before = first = reader.start(work)
        for number, one in enumerate(order[asked[0] :], asked[0]):
            _apply(sandbox, work, road(one, UP, watched=watched), one, roles)
            after = reader.after(work, before)
            touched[number] = reader.different(before, after)
            for ref in touched[number]:
                states.setdefault(ref, [_State(-1, before.get(ref))]).append(_State(number, after.get(ref)))
            unmodelled[number] = sorted(set(after.unmodelled) - set(before.unmodelled))
            before = after
    return _Replayed(order, asked, states, touched, unmodelled, first.role, first.version)


def _apply(sandbox: Sandbox, work: psycopg.Connection[Any], way: Road, migration: Migration, roles: set[str]) -> None:
    """Apply it; a role that it counts on and that the database's server has is made."""
    made: set[str] = set()
    while True:
        try:
            return travel(work, way)
        except StepFailed as error:
            role = _missing_role(error, way)
            if role is None or role not in roles - made:
                raise _failed(migration, error) from error.__cause__
            made.add(role)
            with sandbox.admin() as admin:
                admin.execute(f"create role {quote_identifier(role)}".encode())


def _missing_role(error: StepFailed, way: Road) -> str | None:
    """The role that was not there, where the migration has left nothing behind."""
    cause = error.__cause__
    if not way.nested or getattr(cause, "sqlstate", None) != _UNKNOWN_ROLE:
        return None
    found = re.search(r'role "(.+)" ', str(cause))
    return found[1] if found else None


def _failed(migration: Migration, error: StepFailed) -> MigrationError:
    failure = failure_of(error)
    return MigrationError(
        f"What is there cannot be told: {migration} fails on an empty server.",
        failure.said,
        failure.remedy or "give the replay what it counts on, such as roles, schemas and extensions: nself_prelude",
        place=failure.place or migration.place,
    )


# What it made, beside what is there.


_OWNER = "\0owner"
"""Stands for whoever owns an object; no role has such a name."""


def _detected(replayed: _Replayed, number: int, target: Catalog) -> Detected:
    migration = replayed.order[number]
    effects = [
        effect
        for ref in sorted(replayed.touched[number], key=_sorted)
        for effect in _effects(replayed, number, ref, target)
    ]
    effects += [
        Effect(ref, "", True, ref in target.unmodelled, ref in target.unmodelled)
        for ref in replayed.unmodelled.get(number, ())
    ]
    writes = any(one.words[:1] and one.words[0] in _WRITING for one in split(migration.up))
    return Detected(migration.label, migration.version, migration.place, tuple(effects), writes)


def _sorted(ref: ObjectRef) -> tuple[bool, str, str, str]:
    """Relations first, since others go with them."""
    return ref.kind not in _RELATIONS, ref.schema or "", ref.name, ref.part or ""


def _effects(replayed: _Replayed, number: int, ref: ObjectRef, target: Catalog) -> Iterator[Effect]:
    """What this migration does to the object: whether it is there, and each attribute that it sets or changes."""
    states = replayed.states[ref]
    place = next(place for place, one in enumerate(states) if one.number == number)
    before, after = states[place - 1].entry, states[place].entry
    there = target.get(_at_home(ref, replayed.role, target.role))
    whole = _whole(ref, after or before)
    compare = _Comparison(states, place, replayed, target)
    if (before is None) is not (after is None):
        yield Effect(ref, "", after is not None, there is not None, compare.presence(there), whole)
    if after is None or (before is None and there is None):
        return
    for name, value in after.attributes():
        if name == ORDER or (before is not None and before[name] == value):
            continue
        said = compare.attribute(name, there)
        if before is not None or said is False:  # what a new object is like is told where it is not so
            yield Effect(ref, name, value, there[name] if there is not None else None, said, whole)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """An object on its way through the migrations, of which the one at `place` is asked about."""

    states: Sequence[_State]
    place: int
    replayed: _Replayed
    target: Catalog

    def presence(self, there: Entry | None) -> bool | None:
        return self._told([(one.entry is None) is (there is None) for one in self.states])

    def attribute(self, name: str, there: Entry | None) -> bool | None:
        return self._told([self._alike(name, one.entry, there) for one in self.states])

    def _told(self, alike: Sequence[bool]) -> bool | None:
        """From which states are like the database's: those before the migration, or those since."""
        earlier, since = any(alike[: self.place]), any(alike[self.place :])
        return None if earlier and since else since

    def _alike(self, name: str, ours: Entry | None, theirs: Entry | None) -> bool:
        if ours is None or theirs is None:
            return ours is theirs
        if name in ("acl", "privileges_list"):
            who = self._owner(theirs)
            # What is granted to the one who owns it there says nothing.
            return renamed_owner(self._privileges(name, ours, self.replayed.version), who, _OWNER) == self._privileges(
                name, theirs, self.target.version
            )
        a, b = ours[name], theirs[name]
        if a == b:
            return True
        if name == "owner":
            return bool(a == self.replayed.role)  # whoever migrates owns what is made
        return class_of(ours.ref.kind, name, a, b) is Class.COSMETIC and name == "body"

    def _privileges(self, name: str, entry: Entry, version: int) -> Privileges:
        """What is granted, without the name of the owner: here it is somebody else than there."""
        owner = self._owner(entry)
        start = own_privileges(entry, version) if name == "acl" else {"owner": owner, "privileges": "", "public": ""}
        items = entry[name] if name == "acl" else entry[name] or []
        return renamed_owner(parse_acl(items, **start), owner, _OWNER)

    def _owner(self, entry: Entry) -> str:
        if entry.ref.kind == "default_privileges":
            return entry.ref.name
        return own_privileges(entry, self.target.version)["owner"]


def _at_home(ref: ObjectRef, ours: str, theirs: str) -> ObjectRef:
    """The object as the database has it: what belongs to the role that migrates has another name there."""
    return ref._replace(name=theirs) if ref.kind == "default_privileges" and ref.name == ours else ref


def _whole(ref: ObjectRef, entry: Entry | None) -> tuple[str | None, str] | None:
    """The relation that the object is a part of."""
    if ref.kind in ("index", "index_partition") and entry is not None and isinstance(entry["_table"], str):
        return ref.schema, entry["_table"]
    return (ref.schema, ref.name) if ref.part is not None else None


# What is said of it.


def findings_of(detection: Detection, half_way: Collection[int] = ()) -> Findings:
    """A finding for each migration of which something is there, or of which nothing can be told.

    `half_way` are versions whose run was cut off.
    """
    found: list[Finding] = []
    leading = True  # all before it are there, too
    for one in detection.migrations:
        cut_off = one.version in half_way
        leading = leading and one.standing is Standing.ALL and not cut_off
        found += _finding(one, leading, cut_off)
    return Findings(found)


def _finding(one: Detected, leading: bool, cut_off: bool) -> Iterator[Finding]:
    subject = ObjectRef("migration", None, one.label)
    text = one.label.partition("_")[0]
    resolve = f"nself db migrate resolve --migration {text} --applied"
    if one.standing is Standing.ALL:
        message = f"All that {one.label} makes is there: {_listed(one.named(True))}."
        if one.writes:
            message += " Of its rows nothing is known."
        record = f"record all up to it, without running them: nself db migrate baseline {text}" if leading else resolve
        yield Finding("detect-all", Severity.WARNING, subject, message, record, place=one.place)
    elif one.standing is Standing.SOME:
        message = f"Some of what {one.label} makes is there: {_listed(one.named(True))}."
        message += f" Not there, or not so: {_listed(one.named(False))}."
        other = "`up`, which goes on where it was cut off" if cut_off else "take away what is there, then `up`"
        remedy = f"bring the rest in by hand, then {resolve}; or {other}"
        yield Finding("detect-some", Severity.WARNING, subject, message, remedy, place=one.place)
    elif not one.told:
        message = f"Whether {one.label} was applied cannot be told: {one.reason}."
        yield Finding("detect-untold", Severity.INFO, subject, message, f"if it was: {resolve}", place=one.place)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
