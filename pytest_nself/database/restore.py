"""Rows and sequences of a clone, back to what the template has: the writing half of a reset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .picture import Picture, Relation, Rows, SequenceState, Template

if TYPE_CHECKING:
    import psycopg

# A table that has grown by this many blocks (8 KiB each) is truncated: that costs 0.3 ms a table, whatever its size.
# Before, its rows are deleted, which costs less; dead ones pile up no further than this.
GROWN_BLOCKS = 16

_OWN_XID = "select pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid::pg_catalog.text"


@dataclass(frozen=True, slots=True)
class Touched:
    """A table that was written, and how far into it (blocks), as far as known."""

    relation: Relation
    blocks: int

    def __str__(self) -> str:
        return str(self.relation)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: its transactions, tables filled anew (oid -> transaction), relations with new files (oids).

    `failure` says why nothing was done, or is "".
    """

    xids: frozenset[str] = frozenset()
    reloaded: Mapping[int, str] = field(default_factory=dict)
    moved: frozenset[int] = frozenset()
    failure: str = ""


def trusted(horizon: str, reloaded: str | None, alias: str = "") -> str:
    """A condition: this row version is the template's, by the transaction that wrote it.

    Every transaction before `horizon` ended before the clone existed, so its rows came with the clone; `reloaded` is
    our own transaction that filled the table anew. A row that was changed is another version, with a later xmin.
    """
    # The sub-select is evaluated once, not for each row.
    before = f"pg_catalog.age({alias}xmin) > (select pg_catalog.age('{int(horizon)}'::pg_catalog.xid))"
    if reloaded is None:
        return f"({before})"
    return f"({before} or {alias}xmin = '{int(reloaded)}'::pg_catalog.xid)"


def settle_sequences(connection: psycopg.Connection[Any], picture: Picture) -> frozenset[str]:
    """Make sure that the next value taken from any sequence leaves a trace in the log; our transactions.

    nextval logs 32 values at once, and a clone inherits those that its template has left: they would be taken unseen.
    """
    texts = [
        _setval(picture.files.relations[oid], state) for oid, state in picture.sequences.items() if state.logged_ahead
    ]
    return _run(connection, [*texts, _OWN_XID]).xids if texts else frozenset()


def restore(
    connection: psycopg.Connection[Any],
    picture: Picture,
    template: Template,
    tables: Iterable[Touched],
    sequences: Iterable[Relation],
    trust: Callable[[Relation], str],
) -> Restored:
    """Put tables and sequences back in one transaction; `trust` gives the condition for rows of the template.

    `connection` is in autocommit mode, with `session_replication_role = replica`: neither triggers nor foreign keys
    fire, and need not: every table that was written goes back to a state in which they held.
    """
    import psycopg

    tables = tuple(tables)
    truncated = _truncated(picture, tables)
    emptied = [t.relation for t in tables if t.relation.oid not in truncated]
    texts = [_delete(relation, trust) for relation in emptied]
    if truncated:
        names = ", ".join(str(picture.files.relations[oid]) for oid in sorted(truncated))
        texts.append(f"truncate only {names}")
    restarted = [s for s in sequences if s.oid in picture.cached]
    # A new file makes every session forget the values it keeps; setval alone would not.
    texts += [f"alter sequence {sequence} restart" for sequence in restarted]
    texts += [_setval(sequence, picture.sequences[sequence.oid]) for sequence in sequences]
    moved = truncated | {sequence.oid for sequence in restarted}
    try:
        filled = {t.relation.oid: t.relation for t in tables if t.relation.pages}
        if not filled:
            return Restored(_run(connection, [*texts, _OWN_XID]).xids, moved=moved)
        rows = template.rows(filled.values())
        with connection.transaction():
            ran = _run(connection, [*texts, *(_count(r) for r in filled.values()), _OWN_XID])
            short = [r for r, count in zip(filled.values(), ran.counts, strict=True) if count != rows[r.oid].count]
            for relation in short:
                _refill(connection, relation, rows[relation.oid])
            xids = _run(connection, [_OWN_XID]).xids
        return Restored(xids, {r.oid: xid for r in short for xid in xids}, moved)
    except psycopg.Error as error:
        return Restored(failure=f"the rows could not be put back: {str(error).strip()}")


def _truncated(picture: Picture, tables: tuple[Touched, ...]) -> frozenset[int]:
    """The tables to truncate (oids): those that have grown, with all that refer to them, if nothing is lost by it."""
    dirty = {t.relation.oid for t in tables}
    chosen: set[int] = set()
    for table in tables:
        if table.blocks < table.relation.pages + GROWN_BLOCKS:
            continue
        group, todo = {table.relation.oid}, [table.relation.oid]
        while todo:
            new = set(picture.referenced_by.get(todo.pop(), ())) - group
            group |= new
            todo += new
        if all(_may_truncate(picture, oid, dirty) for oid in group):
            chosen |= group
    return frozenset(chosen)


def _may_truncate(picture: Picture, oid: int, dirty: set[int]) -> bool:
    # A partitioned table has no file, so it is not known here: then the rows are deleted.
    relation = picture.files.relations.get(oid)
    return relation is not None and relation.kind == "r" and (oid in dirty or not relation.pages)


def _delete(relation: Relation, trust: Callable[[Relation], str]) -> str:
    return f"delete from only {relation}" + (f" where not {trust(relation)}" if relation.pages else "")


def _count(relation: Relation) -> str:
    return f"select 'rows', pg_catalog.count(*) from only {relation}"


def _setval(sequence: Relation, state: SequenceState) -> str:
    called = "true" if state.is_called else "false"
    return (
        f"select pg_catalog.setval({sequence.oid}::pg_catalog.oid::pg_catalog.regclass, {state.last_value}, {called})"
    )


def _refill(connection: psycopg.Connection[Any], relation: Relation, rows: Rows) -> None:
    connection.execute(f"delete from only {relation}", prepare=False)
    with connection.cursor() as cursor, cursor.copy(f"copy {relation} from stdin") as copy:
        copy.write(rows.copy)


@dataclass(frozen=True, slots=True)
class _Ran:
    xids: frozenset[str]
    counts: tuple[int, ...]


def _run(connection: psycopg.Connection[Any], texts: list[str]) -> _Ran:
    """Send all in one message (one transaction); collect row counts, and the transaction's id from the last."""
    cursor = connection.execute("; ".join(texts), prepare=False)
    counts: list[int] = []
    last: tuple[Any, ...] = ()
    while True:
        if cursor.description is not None:
            last = cursor.fetchone() or ()
            if last and last[0] == "rows":
                counts.append(int(last[1]))
        if not cursor.nextset():
            break
    xid = last[0] if last else None
    return _Ran(frozenset({str(xid)} if xid is not None else ()), tuple(counts))
