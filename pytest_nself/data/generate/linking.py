"""A table's foreign keys as members: those that share columns together, the one that says most first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.shape.order import root_of

from .later import Coming
from .links import Link, Links
from .parents import DISTRIBUTIONS, Parents, uniform
from .wishes import TableWish

_NONE, _SOME, _ROOTS = 0.0, 0.1, 0.2


@dataclass(frozen=True, slots=True)
class Linked:
    """What the references of a table came to.

    `nowhere` are those with no row to refer to, whose columns stay null; `hopeless` is the one that must have a row and
    finds none.
    """

    links: tuple[Links, ...]
    nowhere: tuple[Reference, ...] = ()
    hopeless: Reference | None = None


def link_table(
    shape: Shape,
    table: Table,
    parents: Mapping[str, Parents],
    *,
    key: str,
    wish: TableWish,
    filled: Collection[str],
) -> Linked:
    """`parents` are the rows there, by the reference's name; `filled` are columns that may not be null."""
    links: list[Link] = []
    nowhere: list[Reference] = []
    for reference in table.references:
        rows = parents.get(reference.name)
        if rows is None or set(reference.columns) <= wish.values.keys():
            continue
        link = _without(_link(shape, table, reference, rows, wish, filled), wish.values)
        if link.own:
            elsewhere = {name for other in table.references if other is not reference for name in other.columns}
            # A column that refers to itself is content with any value: what is left agrees with it in the same row.
            same = {one for one, target in zip(link.columns, link.targets, strict=True) if one == target}
            if same - elsewhere:
                link = replace(_without(link, same - elsewhere), alone=True)
            if not link.columns:
                continue
            if set(link.targets) & {name for other in links if other.own for name in other.columns}:
                if not link.optional:
                    return Linked((), hopeless=reference)
                link = replace(link, nulls=1.0)
        if isinstance(rows, Coming) and set(link.columns) & set(filled):
            # Both are each other's keys: neither has a value to begin with.
            if not link.optional:
                return Linked((), hopeless=reference)
            link = replace(link, nulls=1.0)
        if not rows.count:
            if not link.optional:
                return Linked((), hopeless=reference)
            nowhere.append(reference)
            link = replace(link, nulls=1.0)
        links.append(link)
    groups = [_ordered(group, table) for group in _overlapping(links)]
    made = tuple(Links(tuple(group), _columns(group), f"{key}{','.join(group[0].columns)}") for group in groups)
    return Linked(made, tuple(nowhere))


def _link(
    shape: Shape, table: Table, reference: Reference, rows: Parents, wish: TableWish, filled: Collection[str]
) -> Link:
    must = {column.name for column in table.columns if column.must}
    nullable = frozenset(column for column in reference.columns if column not in must and column not in filled)
    if reference.match_full and len(nullable) < len(reference.columns):
        nullable = frozenset()
    own = root_of(shape, reference.target) == table.ref
    wished = next((wish.references[one] for one in (reference.name, *reference.columns) if one in wish.references), "")
    return Link(
        reference.name,
        reference.columns,
        reference.target_columns,
        rows,
        DISTRIBUTIONS.get(wished, uniform),
        _NONE if not nullable or wished else _ROOTS if own else _SOME,
        nullable,
        own=own,
        full=reference.match_full,
    )


def _without(link: Link, given: Collection[str]) -> Link:
    """The same for what is left of its columns: the rows there have the given values in the others."""
    pairs = [(one, target) for one, target in zip(link.columns, link.targets, strict=True) if one not in given]
    if len(pairs) == len(link.columns):
        return link
    columns = tuple(one for one, _ in pairs)
    return replace(link, columns=columns, targets=tuple(one for _, one in pairs), nullable=link.nullable & set(columns))


def _overlapping(links: Sequence[Link]) -> list[list[Link]]:
    """Groups of keys that share columns."""
    groups: list[list[Link]] = []
    for link in links:
        touching = [group for group in groups if any(set(one.columns) & set(link.columns) for one in group)]
        joined = [one for group in touching for one in group]
        groups = [group for group in groups if group not in touching]
        groups.append([*joined, link])
    return groups


def _ordered(group: Sequence[Link], table: Table) -> list[Link]:
    """The key that decides first: one that a unique key is about, then the one that must be, with the most columns."""
    unique = [set(key.columns) for key in table.keys if key.predicate is None]

    def rank(link: Link) -> tuple[bool, bool, bool, int, str]:
        alone = any(columns <= set(link.columns) for columns in unique)
        return link.own, not alone, link.optional, -len(link.columns), link.name

    left = sorted(group, key=rank)
    found = [left.pop(0)]
    while left:
        known = {column for link in found for column in link.columns}
        # One that shares columns with what is decided; a key onto the own table comes last.
        after = next((link for link in left if known & set(link.columns) and not link.own), None)
        after = after or next((link for link in left if known & set(link.columns)), left[0])
        left.remove(after)
        found.append(after)
    return found


def _columns(group: Sequence[Link]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for link in group for column in link.columns))


def targets(shape: Shape, tables: Collection[ObjectRef]) -> dict[ObjectRef, set[str]]:
    """By table the columns that keys of these tables refer to."""
    found: dict[ObjectRef, set[str]] = {}
    for ref in tables:
        for reference in shape.tables[ref].references:
            found.setdefault(root_of(shape, reference.target), set()).update(reference.target_columns)
    return found
