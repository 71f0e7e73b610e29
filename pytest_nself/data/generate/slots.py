"""Exclusion constraints over spans of time: each row has a slot of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pytest_nself.data.shape.model import Exclusion

from .columns import Making
from .keys import OVERLAPS, Decisions, names_in
from .times import is_time


def slotted(decisions: Decisions, makings: Mapping[str, Making], pooled: Collection[str]) -> set[str]:
    """The columns of times in which each row has a slot; exclusions that are kept by that need no looking after."""
    found: set[str] = set()
    for exclusion in list(decisions.excluding):
        times = _times(exclusion, makings)
        if times:
            found |= times
            if not times & set(pooled):
                decisions.excluding.remove(exclusion)
    return found


def _times(exclusion: Exclusion, makings: Mapping[str, Making]) -> set[str]:
    """The times inside an expression that must not overlap."""
    return {
        one
        for name, text, operator in zip(exclusion.columns, exclusion.expressions, exclusion.operators, strict=False)
        if name is None and operator in OVERLAPS
        for one in names_in(text)
        if one in makings and is_time(makings[one].column)
    }
