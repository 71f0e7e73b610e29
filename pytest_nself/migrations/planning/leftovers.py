"""What a statement outside a transaction leaves behind when it is cut off: how it is found, and what must be done then.

A name without a schema means what it means to the statement itself: `path` is SQL for a `name[]`, the schemas in which
its session looks, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from pytest_nself.core.names import quote_literal

Look: TypeAlias = Callable[[str], str]
"""From a path to a query: rows of a name and a state, in a fixed order, and never an error."""

Name: TypeAlias = tuple[str, ...]

OWN_PATH = "pg_catalog.current_schemas(false)"
"""The path of the session that asks."""

_VALID, _INVALID, _BUILT_NOW = "valid", "invalid", "being built"


class Cleanup(NamedTuple):
    """What must happen before a statement is run again; `done` says that it need not be run at all.

    `busy` names what another session builds just now: nothing can be done before that ends.
    """

    done: bool = False
    first: tuple[str, ...] = ()
    busy: str = ""


def path_of(schemas: Sequence[str]) -> str:
    """These schemas as a path, the same for whichever session asks."""
    return f"array[{', '.join(map(quote_literal, schemas))}]::pg_catalog.name[]"


def invalid(look: Look) -> str:
    """The query that gives the names of invalid indexes, asked in the session that has run the statement."""
    return f"select q.found from ({look(OWN_PATH)}) q where q.state <> {quote_literal(_VALID)}"


def created_index(table: Name, index: str) -> Look:
    """The index of this name on the table; an index is always in its table's schema."""
    where = f"c.relname = {quote_literal(index)}"
    return lambda path: f"{_INDEXES} where i.indrelid = {_relation(table, path)} and {where} order by 1"


def dropped_index(index: Name) -> Look:
    """What is called like the index: it, or one behind it in the path, which the dropped one has hidden."""
    return lambda path: (
        "select pg_catalog.format('%I.%I', s.nspname, r.relname) as found,"
        f" case when p.place = 1 then 'there' else 'unclear' end as state {_named(index, path)}"
    )


def reindexed_index(index: Name) -> Look:
    """What is called like the index, with _ccnew or _ccold and perhaps a number; a long name is cut to make room."""
    base = "pg_catalog.regexp_replace(c.relname::pg_catalog.text, '_cc(new|old)[0-9]*$', '')"
    full = "x.relname::pg_catalog.text"
    return lambda path: (
        f"{_INDEXES} join pg_catalog.pg_class x on x.oid = {_relation(index, path)}"
        " join pg_catalog.pg_index xi on xi.indexrelid = x.oid and xi.indrelid = i.indrelid"
        f" where {_REMAINS} and ({base} = {full}"
        f" or (pg_catalog.octet_length(c.relname::pg_catalog.text) >= 60 and pg_catalog.starts_with({full}, {base})))"
        " order by 1"
    )


def reindexed_table(table: Name) -> Look:
    """The same for each index of a table."""
    return lambda path: f"{_INDEXES} where i.indrelid = {_relation(table, path)} and {_REMAINS} order by 1"


def detached(table: Name, part: Name) -> Look:
    """How the partition stands to its table."""
    return lambda path: (
        "select pg_catalog.format('%I.%I', n.nspname, c.relname) as found,"
        " case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'pending' else 'attached' end"
        " as state from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " left join pg_catalog.pg_inherits i"
        f" on i.inhrelid = c.oid and i.inhparent = {_relation(table, path)}"
        f" where c.oid = {_relation(part, path)} order by 1"
    )


def database(name: str) -> Look:
    """The database of this name."""
    query = f"select d.datname::text, 'there' from pg_catalog.pg_database d where d.datname = {quote_literal(name)}"
    return lambda path: query


def cleanup(what: str, rows: Sequence[Sequence[str]], finish: str = "") -> Cleanup | None:
    """What the rows ask for, seen with the eyes of the statement `what`; None where they do not tell."""
    states = {state for _, state in rows}
    if _BUILT_NOW in states:
        return Cleanup(busy=next(name for name, state in rows if state == _BUILT_NOW))
    match what:
        case "create index concurrently" | "reindex concurrently":
            drops = tuple(f"drop index concurrently {name}" for name, state in rows if state == _INVALID)
            return Cleanup(done=_VALID in states, first=drops)
        case "drop index concurrently":
            return None if "unclear" in states else Cleanup(done=not rows)
        case "detach partition concurrently":
            return Cleanup(done=bool(states - {"attached"}), first=(finish,) if "pending" in states else ())
        case "create database":
            return Cleanup(done=bool(rows))
        case "drop database":
            return Cleanup(done=not rows)
    return None


# Whoever builds an index concurrently holds this lock on its table, and shows that it builds one; on which table only
# its own role is shown.
_IS_BUILT_NOW = (
    "exists (select from pg_catalog.pg_stat_progress_create_index b join pg_catalog.pg_locks l on l.pid = b.pid"
    " and l.database = b.datid and l.relation = i.indrelid and l.mode = 'ShareUpdateExclusiveLock' and l.granted"
    " where b.pid <> pg_catalog.pg_backend_pid() and b.datid ="
    " (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))"
)
_INDEXES = (
    "select pg_catalog.format('%I.%I', n.nspname, c.relname) as found,"
    f" case when i.indisvalid then {quote_literal(_VALID)} when {_IS_BUILT_NOW} then {quote_literal(_BUILT_NOW)}"
    f" else {quote_literal(_INVALID)} end as state"
    " from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
)
_REMAINS = "c.relname ~ '_cc(new|old)[0-9]*$' and not i.indisvalid"


def _named(name: Name, path: str) -> str:
    """The `from` that finds what the name means: the relation `r` in the schema `s`, at `p.place` of the path."""
    schemas = path_of(name[-2:-1]) if len(name) > 1 else path
    return (
        f"from pg_catalog.unnest({schemas}) with ordinality p (schema, place)"
        " join pg_catalog.pg_namespace s on s.nspname = p.schema"
        f" join pg_catalog.pg_class r on r.relnamespace = s.oid and r.relname = {quote_literal(name[-1])}"
        " order by p.place limit 1"
    )


def _relation(name: Name, path: str) -> str:
    return f"(select r.oid {_named(name, path)})"
