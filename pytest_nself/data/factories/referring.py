"""What the foreign keys of a row refer to where nothing is declared for them."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_nself.core.names import quote_qualified
from pytest_nself.data.shape.model import Reference, Shape, Table
from pytest_nself.data.shape.order import root_of

from .ground import Given


@dataclass(frozen=True, slots=True)
class Wanted:
    """A foreign key that must be. `known` are the columns of the target whose values are decided already.

    `fresh` says that each row needs a target of its own.
    """

    reference: Reference
    target: Table
    known: Given
    fresh: bool


def undeclared(table: Table, given: Given) -> list[Reference]:
    """The foreign keys of which not all columns are given."""
    computed = {column.name for column in table.columns if column.computed is not None}
    return [one for one in table.references if not set(one.columns) <= given.keys() and not set(one.columns) & computed]


def decided_together(table: Table, given: Given) -> bool:
    """Whether null or not is what a check says of such keys: then the generator decides them with the row."""
    spoken = {name for check in table.checks for name in check.columns}
    return any(set(one.columns) & spoken for one in undeclared(table, given) if not _must(table, one))


def wanted(shape: Shape, table: Table, reference: Reference, given: Given) -> Wanted | None:
    """What the foreign key shall refer to; None where it stays null."""
    if not _must(table, reference) or any(given.get(name, "") is None for name in reference.columns):
        return None
    pairs = zip(reference.columns, reference.target_columns, strict=True)
    known = {other: given[name] for name, other in pairs if name in given}
    own = set(reference.columns)
    unique = [key.columns for key in table.keys if key.plain]
    # A key without overlaps, too: the row that is there has its period taken.
    unique += [one.columns for one in table.exclusions if None not in one.columns]
    fresh = any(set(columns) <= own for columns in unique)
    return Wanted(reference, shape.tables[root_of(shape, reference.target)], known, fresh)


def leads_back(shape: Shape, table: Table, target: Table) -> bool:
    """Whether a row of the target must refer, on some way, to a row of the table: then they are made together."""
    waiting, seen = [target], {target.ref}
    while waiting:
        one = waiting.pop()
        if one.ref == table.ref:
            return True
        for reference in one.references:
            ref = root_of(shape, reference.target)
            if _must(one, reference) and ref not in seen and ref in shape.tables:
                seen.add(ref)
                waiting.append(shape.tables[ref])
    return False


def checked_at_once(shape: Shape) -> list[str]:
    """The foreign keys that could be checked at the end, and are not unless that is said, as SQL names them."""
    return [
        quote_qualified(table.ref.schema, one.name)
        for table in shape
        for one in table.references
        if one.deferrable == "deferrable"
    ]


def left_null(table: Table, reference: Reference, given: Given) -> Given:
    """Null for the columns of a key that stays null, as far as nothing else needs them."""
    needed = {name for one in table.references if one is not reference and _must(table, one) for name in one.columns}
    columns = [table.column(name) for name in reference.columns]
    free = [one for one in columns if one is not None and not one.must and one.name not in needed]
    return {one.name: None for one in free if one.name not in given}


def _must(table: Table, reference: Reference) -> bool:
    columns = [table.column(name) for name in reference.columns]
    return all(one is not None and one.must for one in columns)
