"""A whole schema's rows as a plan: tables in the order in which they need each other, each one COPY."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef, quote_literal, quote_qualified
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement, Step
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.shape.order import LoadOrder, circles, load_order, postponable, root_of
from pytest_nself.data.strategies.stream import VERSION

from .demands import read_demands
from .existing import Existing, read_existing, read_parents
from .filled import Filled, Ground
from .filling import fill_table
from .later import Coming, key_columns, late_steps
from .linking import targets
from .looking import has_late_triggers, looking_elsewhere
from .narrowing import Attempt, narrow
from .parents import Parents
from .rebuild import WORTH, Rebuild, read_rebuild
from .rows import Own
from .sending import sending
from .wishes import Wishes

if TYPE_CHECKING:
    import psycopg


_CHECKING = (Statement("check what is checked late", Sql("set constraints all immediate;")),)
_FAR = 1_000_000
"""How far numbers are moved where none of them is taken: what a trigger makes of them may be there already."""


@dataclass(frozen=True, slots=True)
class Generated:
    """All rows, decided: by table in the order of loading, with the references that are set at the end.

    `added` are tables that were not asked for and are needed, `stuck` those that each need a row of the other at once.
    """

    order: LoadOrder
    tables: Mapping[ObjectRef, Filled]
    parents: Mapping[ObjectRef, Mapping[str, Parents]]
    wishes: Wishes
    added: tuple[ObjectRef, ...] = ()
    rebuild: Rebuild = field(default_factory=Rebuild)
    stuck: tuple[ObjectRef, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(one.rows.count for one in self.tables.values())


def generate(
    connection: psycopg.Connection[Any],
    shape: Shape,
    wishes: Wishes,
    *,
    rebuild: bool = True,
    attempt: Attempt | None = None,
    existing: dict[ObjectRef, Existing] | None = None,
) -> Generated:
    """Decide the rows of all wished tables, and of those that they cannot do without. The connection only reads.

    `rebuild` allows that indexes of empty tables are dropped and made anew around their COPY. With `attempt` the
    rows of each table are tried, and those that the server refuses are left out. `existing` remembers
    what was in the tables when they were first looked at.
    """
    wanted, added = _chosen(connection, shape, wishes)
    stuck = _stuck(shape, wanted)
    wanted = [ref for ref in wanted if ref not in stuck]
    order = load_order(shape, wanted)
    ground = Ground(connection, shape, wishes.seed, targets(shape, wanted), read_demands(connection, shape, wanted))
    tables: dict[ObjectRef, Filled] = {}
    parents: dict[ObjectRef, Mapping[str, Parents]] = {}
    known = {} if existing is None else existing

    def decide(ref: ObjectRef) -> None:
        table = shape.tables[ref]
        if ref not in known:
            known[ref] = read_existing(connection, table)
        parents[ref] = {
            reference.name: _parents(connection, shape, table, reference, tables, order, wishes)
            for reference in table.references
            if (ref, reference.name) not in order.postponed and _is_writable(table, reference)
        }
        earlier = [tables[one] for one in order.tables[: order.tables.index(ref)] if one in tables]
        tables[ref] = fill_table(
            ground,
            table,
            wishes.rows_of(ref),
            parents=parents[ref],
            postponed={name for one, name in order.postponed if one == ref},
            existing=_behind(table, known[ref], earlier),
            wish=wishes.of(ref),
        )

    for ref in order.tables:
        decide(ref)
    for one in tables.values():
        one.rows.forget()
    if attempt is not None:
        _try(
            shape,
            order,
            tables,
            attempt,
            decide,
            looking_elsewhere(connection, shape),
            known,
            has_late_triggers(connection),
        )
    found = read_rebuild(connection, _empty(order, tables)) if rebuild else Rebuild(kept="that was not asked for")
    return Generated(order, tables, parents, wishes, added, found, stuck)


def _stuck(shape: Shape, wanted: Collection[ObjectRef]) -> tuple[ObjectRef, ...]:
    """Tables that each need a row of the other at once: no order of loading fills them."""
    edges = {
        ref: {
            target
            for reference in shape.tables[ref].references
            if reference.deferrable is None and not postponable(shape.tables[ref], reference)
            if (target := root_of(shape, reference.target)) in wanted and target != ref
        }
        for ref in wanted
    }
    return tuple(ref for group in circles(edges) if len(group) > 1 for ref in group)


def _try(
    shape: Shape,
    order: LoadOrder,
    tables: Mapping[ObjectRef, Filled],
    attempt: Attempt,
    decide: Callable[[ObjectRef], None],
    looking: Collection[ObjectRef],
    known: dict[ObjectRef, Existing],
    late_triggers: bool,
) -> None:
    """Try the rows of each table; those that refer to a table which has fewer now are decided once more.

    So are those in `looking`: their checks read other tables, whose rows are there only now.
    """
    attempt(_deferring(order))
    for one in tables.values():
        attempt([*_sequences(one)])
    fewer: set[ObjectRef] = set()
    needed = targets(shape, order.tables)
    circle = [at for at, ref in enumerate(order.tables) if any(ref == one for one, _ in order.deferred)]
    for at, ref in enumerate(order.tables):
        before = tables[ref].rows.count
        again = any(root_of(shape, one.target) in fewer for one in shape.tables[ref].references)
        if again or (ref in looking and tables[ref].acceptance):
            decide(ref)
        # What is checked at the end is checked at once, but where rows of a circle are still to come.
        coming = bool(circle) and circle[0] <= at < circle[-1]
        after = _CHECKING if late_triggers and not coming else ()
        narrow(tables[ref], attempt, needed=needed.get(ref, ()), after=after)
        if before and not tables[ref].rows.count and (numbers := _movable(tables[ref])):
            known[ref] = _moved(known[ref], numbers)
            decide(ref)
            narrow(tables[ref], attempt, needed=needed.get(ref, ()), after=after)
        if again or tables[ref].rows.count != before:
            fewer.add(ref)
    for one in tables.values():
        one.rows.forget()


def _behind(table: Table, existing: Existing, earlier: Sequence[Filled]) -> Existing:
    """What is there, with numbers that go on behind those of other tables that have the same sequence."""
    following = dict(existing.next)
    for column in table.columns:
        for one in earlier if column.sequence is not None else ():
            for name in one.counted:
                other = one.table.column(name)
                if other is not None and other.sequence == column.sequence and one.rows.count:
                    used = one.existing.next.get(name, 1) + one.rows.place(one.rows.count - 1)
                    following[column.name] = max(following.get(column.name, 1), used + 1)
    return existing if following == existing.next else replace(existing, next=following)


def _movable(filled: Filled) -> list[str]:
    """The table's own numbers that can be moved far: those of keys that refer to nothing."""
    keyed = {name for one in filled.table.references for name in one.columns}
    return [
        name
        for name in filled.existing.next
        if (column := filled.table.column(name)) is not None and column.type.plain.name != "int2" and name not in keyed
    ]


def _moved(existing: Existing, columns: Collection[str]) -> Existing:
    return replace(existing, next={name: one + _FAR * (name in columns) for name, one in existing.next.items()})


def _empty(order: LoadOrder, tables: Mapping[ObjectRef, Filled]) -> list[ObjectRef]:
    """The tables whose keys are worth being made anew: empty ones that get many rows."""
    circle = {ref for ref, _ in order.deferred}
    return [
        ref
        for ref, one in tables.items()
        if not one.existing.rows and one.rows.count >= WORTH and not one.table.partition_key and ref not in circle
    ]


def plan_rows(connection: psycopg.Connection[Any], shape: Shape, generated: Generated) -> Plan:
    """The plan that loads what was decided, in one transaction."""
    steps = [*_steps(connection, shape, generated)]
    return Plan(f"load {generated.rows:,} generated rows", tuple(steps), notes=tuple(notes_of(generated)))


def _chosen(
    connection: psycopg.Connection[Any], shape: Shape, wishes: Wishes
) -> tuple[list[ObjectRef], tuple[ObjectRef, ...]]:
    """The tables to fill: those that are wished, and those without which their rows cannot be."""
    chosen = (
        [root_of(shape, ref) for ref in wishes.tables] if wishes.tables is not None else [t.ref for t in shape.roots]
    )
    chosen = [ref for ref in dict.fromkeys(chosen) if wishes.rows_of(ref) > 0 or wishes.of(ref).rows is None]
    added: list[ObjectRef] = []
    waiting = list(chosen)
    while waiting:
        table = shape.tables[waiting.pop(0)]
        must = {column.name for column in table.columns if column.must}
        for reference in table.references:
            target = root_of(shape, reference.target)
            if target in chosen or target not in shape.tables or not must & set(reference.columns):
                continue
            if not read_parents(connection, shape.tables[target], reference.target_columns, most=1).count:
                chosen.append(target)
                added.append(target)
                waiting.append(target)
    return chosen, tuple(added)


def _is_writable(table: Table, reference: Reference) -> bool:
    return not any(column.generated for column in table.columns if column.name in reference.columns)


def _parents(
    connection: psycopg.Connection[Any],
    shape: Shape,
    table: Table,
    reference: Reference,
    tables: Mapping[ObjectRef, Filled],
    order: LoadOrder,
    wishes: Wishes,
) -> Parents:
    target = root_of(shape, reference.target)
    if target == table.ref:
        return Own([])
    if any(column.generated and column.name in reference.target_columns for column in shape.tables[target].columns):
        return read_parents(connection, shape.tables[target], reference.target_columns)
    filled = tables.get(target)
    if filled is not None and (filled.rows.count or not filled.existing.rows):
        return filled.rows
    if filled is None and target in order.tables:
        return Coming(wishes.rows_of(target), lambda: tables[target].rows if target in tables else None)
    return read_parents(connection, shape.tables[target], reference.target_columns)


def _steps(connection: psycopg.Connection[Any], shape: Shape, generated: Generated) -> Iterator[Step]:
    yield from _deferring(generated.order)
    for filled in generated.tables.values():
        # First of all: what a trigger inserts on the way must not take the numbers of rows that are still to come.
        yield from _sequences(filled)
    yield from generated.rebuild.before
    for ref in generated.order.tables:
        filled = generated.tables[ref]
        if filled.rows.count:
            yield from _copy(filled, generated.wishes)
            yield from generated.rebuild.after.get(ref, ())
    for number, (ref, name) in enumerate(sorted(generated.order.postponed), 1):
        filled = generated.tables[ref]
        reference = next(one for one in filled.table.references if one.name == name)
        target = root_of(shape, reference.target)
        parents: Parents | None = generated.tables[target].rows if target in generated.tables else None
        if parents is None or not parents.count:
            parents = read_parents(connection, shape.tables[target], reference.target_columns)
        yield from late_steps(filled.table, reference, filled.rows, parents, generated.wishes.seed, number)
    yield from generated.rebuild.last


def _deferring(order: LoadOrder) -> list[Step]:
    names = sorted(quote_qualified(ref.schema, name) for ref, name in order.deferred)
    if not names:
        return []
    return [Statement("let keys be checked at the end", Sql(f"set constraints {', '.join(names)} deferred;"))]


def _copy(filled: Filled, wishes: Wishes) -> list[Step]:
    rows, ref = filled.rows, filled.table.ref
    identity = f"{VERSION}/{wishes.seed}/{ref}/{rows.count}/{filled.existing.rows}"
    return sending(filled, f"fill {ref}", rows.chunks, rows.count, identity)


def _sequences(filled: Filled) -> Iterator[Statement]:
    """What sequences give next lies behind the keys that were used."""
    if not filled.rows.count:
        return
    last = filled.rows.place(filled.rows.count - 1)
    for name in filled.counted:
        column = filled.table.column(name)
        if column is None or column.sequence is None or name not in filled.rows.columns:
            continue
        sequence = quote_literal(column.sequence)
        used = filled.existing.next.get(name, 1) + last
        value = f"greatest({used}, (select last_value from {column.sequence}))"
        yield Statement(f"move {column.sequence}", Sql(f"select pg_catalog.setval({sequence}, {value});"))


def notes_of(generated: Generated) -> list[str]:
    """What a person should know of the rows before they are loaded."""
    found = [f"{ref} is filled too: others need its rows" for ref in generated.added]
    if generated.stuck:
        names = ", ".join(map(str, generated.stuck))
        found.append(f"{names} stay empty: each needs a row of another first, and no key may be null or checked late")
    for ref, filled in generated.tables.items():
        if filled.short:
            wanted = generated.wishes.rows_of(ref)
            found.append(f"{ref}: {filled.rows.count} of {wanted} rows, since {filled.short}")
    for ref, name in sorted(generated.order.postponed):
        filled = generated.tables[ref]
        if filled.rows.count and not key_columns(filled.table, filled.rows):
            found.append(f"{ref}: {name} stays null, since no key tells the rows apart")
    return found
