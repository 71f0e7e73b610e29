"""A database whose states are read one from the other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.garbage import no_collection
from pytest_nself.core.names import ObjectRef

from .fact import Catalog
from .known import Known
from .query import ask, query_text
from .reach import Lost
from .read import TOOL_SCHEMAS
from .reader import Reader
from .reread import Touched, reread
from .restricted import catalogs
from .sending import PLANNED_BY, exchange, oid_array
from .told import NOTHING, parse_lines

if TYPE_CHECKING:
    import psycopg

_IS_WATCHED = "select pg_catalog.to_regprocedure('pg_catalog.nself_touched(pg_catalog.oid[])') is not null"
_HAS_LANGUAGE = "select exists (select from pg_catalog.pg_extension as e where e.extname = 'plpgsql')"

RESET_ALL = """do $reset$
declare told text := pg_catalog.current_setting('nself.touched', true);
begin
    reset all;
    if told is not null then
        perform pg_catalog.set_config('nself.touched', told, false);
    end if;
end
$reset$"""
"""`reset all` after which a database that is watched still knows what it has to tell."""

_MEMORY = 64
"""How many states lie at most between two that are compared by what was touched on the way."""


def watch(connection: psycopg.Connection[Any]) -> None:
    """Make a database of ours tell what is touched in it from now on, to all who are in it. Needs a superuser.

    One that has no plpgsql stays as it is.
    """
    if not is_watched(connection) and ask(connection, _HAS_LANGUAGE)[0][0]:
        connection.execute(query_text("touched_watch").encode())


def is_watched(connection: psycopg.Connection[Any]) -> bool:
    """Whether the database tells what is touched."""
    return bool(ask(connection, _IS_WATCHED)[0][0])


class Watching:
    """A database on one connection, of which each state is read from the one before.

    What a step touched is told by what `watch` has put into the database; where it was not put, every state is read
    as a whole. Two things are not told, and not seen where the same step touches the schema in other ways too: rows of
    the catalogs that a superuser changes by hand, and what other connections do.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        *,
        excluded: Collection[str] = TOOL_SCHEMAS,
        excluded_tables: Collection[tuple[str, str]] = (),
    ) -> None:
        self._connection = connection
        self._reader = Reader(connection, excluded, excluded_tables)
        self._version = connection.info.server_version
        self._question = b""
        if is_watched(connection):
            oids = ask(connection, "select " + ", ".join(f"'pg_catalog.{name}'::regclass::oid" for name in catalogs()))
            self._question = f"select * from pg_catalog.nself_touched('{oid_array(oids[0])}')".encode()
        self._counts = self._untold = self._shared = self._role = ""
        self._since = "0"
        self._history: dict[int, tuple[int, frozenset[ObjectRef]]] = {}

    def now(self) -> Catalog:
        """The catalog as it is, read as a whole."""
        self._ask()
        return self._whole()

    def after(self, before: Catalog) -> Catalog:
        """The catalog after a step that began when it was `before`: what the step left alone is the same entry.

        `before` is a catalog of this reader; what happened between it and the step was rolled back.
        """
        touched = self._ask()
        if touched is None:
            return self._whole()
        if not touched.told and not touched.moved:
            return self._as_role(before)
        try:
            with no_collection():
                catalog, refs = reread(self._reader, before, touched)
        except Lost:
            return self._whole()
        assert isinstance(before.entries, Known)  # reread() takes no other
        assert isinstance(catalog.entries, Known)
        self._history[catalog.entries.number] = before.entries.number, refs
        return self._as_role(catalog)

    def different(self, a: Catalog, b: Catalog) -> list[ObjectRef]:
        """The objects in which two catalogs differ, by name."""
        mine, theirs = a.entries, b.entries
        if mine is theirs:
            return []
        refs = self._between(mine, theirs)
        if refs is None:
            refs = mine.keys() | theirs.keys()
        found = []
        for ref in refs:
            one, other = mine.get(ref), theirs.get(ref)
            if one is not other and (one is None or other is None or not one.equals(other)):
                found.append(ref)
        return sorted(found, key=lambda ref: tuple(part or "" for part in ref))

    def _between(self, a: object, b: object) -> set[ObjectRef] | None:
        """What was touched on the way from one state to the other, if one was read from the other or from a third."""
        if not isinstance(a, Known) or not isinstance(b, Known):
            return None
        ways: tuple[dict[int, set[ObjectRef]], ...] = ({a.number: set()}, {b.number: set()})
        heads = [a.number, b.number]
        for _ in range(_MEMORY):
            for mine, other in ((1, 0), (0, 1)):
                if heads[mine] in ways[other]:
                    return ways[mine][heads[mine]] | ways[other][heads[mine]]
                if heads[mine] in self._history:
                    number, touched = self._history[heads[mine]]
                    ways[mine][number] = ways[mine][heads[mine]] | touched
                    heads[mine] = number
        return None

    def _as_role(self, catalog: Catalog) -> Catalog:
        return catalog if catalog.role == self._role else replace(catalog, role=self._role)

    def _whole(self) -> Catalog:
        with no_collection():
            entries, unmodelled = self._reader.whole()
        role = self._role or str(ask(self._connection, "select current_user::text")[0][0])
        return Catalog(entries, {}, unmodelled, role, self._version)

    def _ask(self) -> Touched | None:
        """What was touched since this was last asked; None where nobody tells, or where that does not suffice."""
        if not self._question:
            return None
        (result,) = exchange(self._connection, self._question)
        lines, *values = [result.get_value(0, place) for place in range(result.nfields)]
        counts, untold, shared, role, since, settled, prepared = [(value or b"").decode() for value in values]
        blind = lines is None or not lines.startswith(NOTHING.encode()) or shared != self._shared or not self._counts
        moved: frozenset[str] = frozenset()
        if counts != self._counts:
            pairs = zip(catalogs(), self._counts[1:-1].split(","), counts[1:-1].split(","), strict=False)
            moved = frozenset(name for name, old, new in pairs if old != new)
        touched = Touched(parse_lines((lines or b"").decode()), moved, untold != self._untold, self._since)
        forget = bool(moved & PLANNED_BY)
        self._reader.sender.expect(prepared=int(prepared), settled=settled == "t", forget=forget)
        self._counts, self._untold, self._shared, self._role, self._since = counts, untold, shared, role, since
        return None if blind else touched
