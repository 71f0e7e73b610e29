"""What a plan would take from a database: tables with their rows and size, and what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_nself.core.plan import Plan

from .taking import Path, Taken, taken_by

if TYPE_CHECKING:
    import psycopg

_VISIBLE, _USER = None, "$user"

# A partitioned table has no rows of its own; what was never analyzed has -1 rows.
_QUERY = """
select n.nspname, c.relname, pg_catalog.format('%%I.%%I', n.nspname, c.relname), pg_catalog.pg_table_is_visible(c.oid),
  c.oid::bigint, pg_catalog.pg_partition_root(c.oid)::oid::bigint,
  case when c.relkind = 'p' then coalesce(p.rows, 0) else c.reltuples::bigint end,
  case when c.relkind = 'p' then coalesce(p.bytes, 0) else pg_catalog.pg_total_relation_size(c.oid) end
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join lateral (
  select case when min(l.reltuples) < 0 then -1 else sum(l.reltuples) end::bigint as rows,
    sum(pg_catalog.pg_total_relation_size(l.oid))::bigint as bytes
  from pg_catalog.pg_partition_tree(c.oid) t
  join pg_catalog.pg_class l on l.oid = t.relid
  where t.isleaf and c.relkind = 'p'
) p on true
where c.relkind in ('r', 'm', 'p', 'f') and (c.relname = any(%(names)s) or n.nspname = any(%(schemas)s))
order by 8 desc, 3
"""
_FUNCTIONS = """
select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.proname = any(%s) and n.nspname not in ('pg_catalog', 'information_schema')
  and p.provolatile = 'v' and p.prokind = 'f' limit 1
"""


class LostTable(NamedTuple):
    """A table that the plan takes data from: the server's estimate of its rows (None: unknown), bytes with indexes."""

    name: str
    rows_estimate: int | None
    bytes: int


class Losses(NamedTuple):
    """`tables` by size, the largest first; `notes` are sentences on what cannot be told; `destroys` is what the text of
    the plan says, whether or not the tables are there."""

    tables: Sequence[LostTable] = ()
    notes: Sequence[str] = ()
    destroys: bool = False


def read_losses(connection: psycopg.Connection[Any], plan: Plan) -> Losses:
    """What the plan's statements would take from this database; only reads."""
    taken = taken_by(plan)
    untold = list(taken.untold)
    if taken.called and connection.execute(_FUNCTIONS, (sorted(taken.called),)).fetchall():
        untold.append("functions")
    notes = [f"What its {' and '.join(untold)} remove besides cannot be told."] if untold else []
    if not taken.tables and not taken.schemas:
        return Losses((), notes, taken.destroys)
    names = {"names": sorted({name[-1] for name, _ in taken.tables}), "schemas": sorted(taken.schemas)}
    there = [_There(*row) for row in connection.execute(_QUERY, names).fetchall()]
    lost = {one.oid: one for one in _meant(taken, there, connection.info.user)}
    # A partition goes with the whole, and is counted there.
    tables = [one for one in lost.values() if one.root in (None, one.oid) or one.root not in lost]
    return Losses([LostTable(one.shown, one.rows if one.rows >= 0 else None, one.bytes) for one in tables], notes, True)


class _There(NamedTuple):
    schema: str
    name: str
    shown: str
    visible: bool
    oid: int
    root: int | None
    rows: int
    bytes: int


def _meant(taken: Taken, there: Sequence[_There], user: str) -> list[_There]:
    """Those of the relations that are there that the names mean, in their order."""
    wanted: set[int] = {one.oid for one in there if one.schema in taken.schemas}
    for name, path in taken.tables:
        alike = [one for one in there if one.name == name[-1]]
        if len(name) > 1:
            wanted.update(one.oid for one in alike if one.schema == name[-2])
        else:
            wanted.update(_first(alike, path, user))
    return [one for one in there if one.oid in wanted]


def _first(alike: Sequence[_There], path: Path, user: str) -> list[int]:
    if path is _VISIBLE:
        return [one.oid for one in alike if one.visible]
    for schema in path:
        if found := [one.oid for one in alike if one.schema == (user if schema == _USER else schema)]:
            return found
    return []
