"""A fixture set -> the plan that loads it."""

from __future__ import annotations

from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import Sql
from pytest_nself.core.step import Statement

from .fixture_set import FixtureKind, FixtureSet
from .insert import table_inserts


def plan_fixture_set(fixture_set: FixtureSet) -> Plan:
    """One statement for a `.sql` set; for a YAML set one per `table_inserts`, in the same order."""
    title = f"load fixture set {fixture_set.name}"
    if fixture_set.kind is FixtureKind.SQL:
        return Plan(title, (Statement(title, Sql(fixture_set.sql), place=fixture_set.place),))
    steps = tuple(
        Statement(insert.title, Sql(insert.sql), insert.params, place=insert.place)
        for insert in table_inserts(fixture_set)
    )
    return Plan(title, steps)
