"""Which columns must be found together: those of which a check, a domain or a partition speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pytest_nself.data.shape.model import Column, Shape, Table, Type, TypeKind

from .asking import loosely, strictly
from .terms import about_whole_row, conjuncts, mentions

PARTITION = "partition"
"""What a row's partition is called among the constraints."""
_HASH = re.compile(r"WITH \(modulus (\d+), remainder \d+\)", re.IGNORECASE)
_MOST_LEAVES = 60


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold: `text` is a condition in SQL, `expression` what the server wrote, `columns` those to be found."""

    constraint: str
    expression: str
    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that conditions bind to each other. `leaves` are conditions of which one must hold, best each once."""

    columns: tuple[str, ...]
    conditions: tuple[Condition, ...]
    leaves: tuple[Condition, ...] = ()

    @property
    def alone(self) -> Mapping[str, list[Condition]]:
        """The conditions about a single column, by column."""
        found: dict[str, list[Condition]] = {name: [] for name in self.columns}
        for one in self.conditions:
            if len(one.columns) == 1:
                found[one.columns[0]].append(one)
        return found

    @property
    def joint(self) -> list[Condition]:
        """The conditions about several columns."""
        return [one for one in self.conditions if len(one.columns) != 1]


def groups_of(shape: Shape, table: Table, *, whole: Iterable[str] = (), risky: Iterable[str] = ()) -> list[Group]:
    """The groups of a table's columns, in the order of the table.

    The parts of an `and` count one by one, but for the checks named in `whole`. Generated columns are never in a
    group: what they are computed from is; `risky` are those that cannot be computed from all values.
    """
    conditions = [*_conditions(table, frozenset(whole)), *_computable(table, frozenset(risky)), *_excluding(table)]
    leaves = _leaves(shape, table)
    heads = {column.name: column.name for column in table.columns if column.computed is None}

    def head(name: str) -> str:
        while heads[name] != name:
            name = heads[name]
        return name

    spoken: set[str] = {column.name for column in table.columns if demanding(column.type) and column.name in heads}
    bound = [one.columns for one in conditions]
    if leaves:
        bound.append(tuple(dict.fromkeys(name for one in leaves for name in one.columns)))
    for names in bound:
        spoken.update(names)
        for name in names[1:]:
            heads[head(name)] = head(names[0])
    found: dict[str, list[str]] = {}
    for column in table.columns:
        if column.name in spoken:
            found.setdefault(head(column.name), []).append(column.name)
    split = {head(name) for one in leaves for name in one.columns}
    return [
        Group(
            tuple(names),
            tuple(one for one in conditions if one.columns and head(one.columns[0]) == top),
            tuple(leaves) if top in split else (),
        )
        for top, names in found.items()
    ]


def demanding(type_: Type | None) -> bool:
    """Whether a domain with checks is in the type."""
    if type_ is None:
        return False
    if type_.kind is TypeKind.DOMAIN and type_.checks:
        return True
    return demanding(type_.inner) or any(demanding(inner) for _, inner in type_.attributes)


def texts_about(table: Table, column: str, group: Group) -> list[str]:
    """The texts that may hint at values of the column."""
    found = [one.expression for one in (*group.conditions, *group.leaves) if column in one.columns]
    found += [one.computed for one in table.columns if one.computed and mentions(one.computed, [column])]
    own = table.column(column)
    if own is not None:
        found += texts_of_type(own.type)
    return found


def texts_of_type(type_: Type | None) -> Iterator[str]:
    """The checks of a type and of those that it is made of."""
    if type_ is not None:
        yield from type_.checks
        yield from texts_of_type(type_.inner)
        for _, inner in type_.attributes:
            yield from texts_of_type(inner)


def base_columns(table: Table, expression: str, among: Sequence[str] | None = None) -> tuple[str, ...]:
    """The columns one writes that the expression depends on, in the table's order."""
    names = [column.name for column in table.columns] if among is None else among
    if about_whole_row(expression):
        spoken = {column.name for column in table.columns}
    else:
        spoken = set(mentions(expression, names)) or set(among or ())
    for column in table.columns:
        if column.computed is not None and column.name in spoken:
            spoken.update(mentions(column.computed, [one.name for one in table.columns]))
    return tuple(column.name for column in table.columns if column.name in spoken and column.computed is None)


def _conditions(table: Table, whole: frozenset[str]) -> Iterator[Condition]:
    for check in table.checks:
        parts = [check.expression] if check.name in whole else conjuncts(check.expression)
        for part in parts:
            yield Condition(check.name, part, loosely(part), base_columns(table, part, check.columns or None))


def _computable(table: Table, risky: frozenset[str]) -> Iterator[Condition]:
    """Generated columns must have a value, or at least raise no error."""
    for column in table.columns:
        if column.computed is not None and column.name in risky:
            yield Condition(column.name, column.computed, computable(column), base_columns(table, column.computed))


def computable(column: Column) -> str:
    """The condition that a generated column can be computed."""
    value = f"({column.computed})::{column.type.written}"
    return f"({value}) is not null" if column.must else f"({value})::text is not distinct from ({value})::text"


def _excluding(table: Table) -> Iterator[Condition]:
    """What an exclusion constraint makes of several columns must be something (a range's ends, in order)."""
    for exclusion in table.exclusions:
        for name, expression in zip(exclusion.columns, exclusion.expressions, strict=True):
            if name is None:
                columns = base_columns(table, expression)
                yield Condition(exclusion.name, expression, f"({expression}) is not null", columns)


def _leaves(shape: Shape, table: Table) -> list[Condition]:
    """One condition for each partition that can be told apart; none where every row finds its place."""
    if table.partition_key is None:
        return []
    known = {check.expression for check in table.checks}
    found = [_leaf(table, leaf, known) for leaf in _ends(shape, table)]
    if any(one.text == "true" for one in found) and len(found) == 1:
        return []
    if len(found) > _MOST_LEAVES:
        step = len(found) / _MOST_LEAVES
        found = [found[int(at * step)] for at in range(_MOST_LEAVES)]
    return [one for one in found if one.columns or one.text == "true"]


def _leaf(table: Table, leaf: Table, known: set[str]) -> Condition:
    own = [check.expression for check in leaf.checks if check.expression not in known]
    texts = [leaf.partition_constraint] if leaf.partition_constraint else []
    condition = " and ".join([*map(strictly, texts), *map(loosely, own)]) or "true"
    expression = " ".join([*texts, *own])
    columns = base_columns(table, expression) if expression else ()
    return Condition(str(leaf.ref), expression, f"({condition})" if condition != "true" else condition, columns)


def _ends(shape: Shape, table: Table) -> Iterator[Table]:
    """The partitions at the end; those by hash that take all rows between them count as the one they are part of."""
    parts = [one for one in shape if one.partition_of == table.ref]
    known = {check.expression for check in table.checks}
    if parts and all(one.partition_key is None for one in parts):
        shares = [_HASH.search(one.bound or "") for one in parts]
        complete = all(shares) and sum(Fraction(1, int(one[1])) for one in shares if one) == 1
        if complete and all(check.expression in known for one in parts for check in one.checks):
            yield table
            return
    for one in parts:
        if one.partition_key is None:
            yield one
        else:
            yield from _ends(shape, one)
