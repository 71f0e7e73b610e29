"""The statements that would mend a difference, taken from the plan that makes the one state like the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_nself.catalog.fact import Catalog
from pytest_nself.core.errors import NselfError
from pytest_nself.core.step import Statement

from .verdict import Difference

_VERBS = ("create", "alter", "drop")


def with_undo(found: Sequence[Difference], now: Catalog, wanted: Catalog) -> tuple[Difference, ...]:
    """The differences, each with its statement, as far as the way from `now` to `wanted` is known."""
    from pytest_nself.catalog.changes import plan_changes

    try:
        plan = plan_changes(now, wanted)
    except NselfError:
        return tuple(found)
    statements: dict[str, list[str]] = {}
    for step in plan.steps:
        if isinstance(step, Statement):
            verb, _, subject = step.title.partition(" ")
            statements.setdefault(subject if verb in _VERBS else step.title, []).append(step.sql.text.strip())
    return tuple(replace(one, undo=_undo(one, statements)) for one in found)


def _undo(one: Difference, statements: dict[str, list[str]]) -> str:
    texts = statements.get(f"{one.subject.kind} {one.subject}", ())
    return ";\n".join(text.rstrip(";") for text in texts)
