"""Exclusion constraints: rows that never overlap."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_nself.data.shape.model import Exclusion, Table, TypeKind

from .columns import Making
from .keys import ROOMY, Decisions, names_in
from .times import TIMES

_OVERLAPS = frozenset({"&&", "~=", "@>", "<@", "-|-"})


def slotted(table: Table, makings: Mapping[str, Making], decisions: Decisions) -> set[str]:
    """The columns of times in which each row has a slot of its own. Ranges and equal values are made unique instead."""
    found: set[str] = set()
    for exclusion in table.exclusions:
        apart = [name for name in exclusion.columns if name in decisions.apart]
        if apart:
            continue
        chosen = _unique_column(exclusion, makings)
        if chosen is not None:
            decisions.apart.add(chosen)
            continue
        for name, text, operator in zip(exclusion.columns, exclusion.expressions, exclusion.operators, strict=False):
            if name is None and operator in _OVERLAPS:
                found |= {
                    one for one in names_in(text) if one in makings and makings[one].column.type.plain.name in TIMES
                }
    return found


def _unique_column(exclusion: Exclusion, makings: Mapping[str, Making]) -> str | None:
    """A column of which different values are enough: one of ranges first, whose values never touch."""
    equal = None
    for name, operator in zip(exclusion.columns, exclusion.operators, strict=False):
        making = makings.get(name) if name is not None else None
        if making is None or making.apart.room < ROOMY:
            continue
        kind = making.column.type.plain.kind
        if operator in _OVERLAPS and (kind in (TypeKind.RANGE, TypeKind.MULTIRANGE) or operator == "&&"):
            return name
        if operator == "=":
            equal = name
    return equal
