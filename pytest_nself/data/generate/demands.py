"""What checks of tables ask of the rows that they refer to: values that some of those rows should have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Check, Column, Shape, Table
from pytest_nself.data.shape.order import root_of
from pytest_nself.data.solve.literals import hints_of
from pytest_nself.data.strategies.kinds import Kind
from pytest_nself.data.strategies.stream import Values

from .judge import Judge, Rule

if TYPE_CHECKING:
    import psycopg

Demands: TypeAlias = Mapping[ObjectRef, Mapping[str, Sequence[str]]]
"""By table and column: values that rows of others want to refer to."""

_MOST = 40
_ROUNDS = 6
_SHARE = 128
"""Of 256 rows so many have a value that is asked for."""


def read_demands(connection: psycopg.Connection[Any], shape: Shape, tables: Collection[ObjectRef]) -> Demands:
    """The literals of checks about single columns of foreign keys, as values of what those refer to.

    Only literals with which the server says that the check is true; passed on where what is referred to is a key onto
    another table itself.
    """
    found: dict[ObjectRef, dict[str, dict[str, None]]] = {}
    for ref in tables:
        table = shape.tables[ref]
        keyed = {name for reference in table.references for name in reference.columns}
        for check in table.checks:
            if len(check.columns) == 1 and check.columns[0] in keyed:
                values = _literals(connection, table, check)
                _pass_on(shape, table, {check.columns[0]: values}, found)
    for _ in range(_ROUNDS):
        before = sum(len(values) for columns in found.values() for values in columns.values())
        for ref, columns in list(found.items()):
            _pass_on(shape, shape.tables[ref], {name: [*values] for name, values in columns.items()}, found)
        if before == sum(len(values) for columns in found.values() for values in columns.values()):
            break
    return {ref: {name: tuple(values) for name, values in columns.items()} for ref, columns in found.items()}


def _pass_on(
    shape: Shape,
    table: Table,
    values: Mapping[str, Sequence[str]],
    found: dict[ObjectRef, dict[str, dict[str, None]]],
) -> None:
    for reference in table.references:
        target = root_of(shape, reference.target)
        if target == table.ref or target not in shape.tables:
            continue
        for name, wanted in zip(reference.columns, reference.target_columns, strict=True):
            if values.get(name):
                found.setdefault(target, {}).setdefault(wanted, {}).update(dict.fromkeys(values[name]))


def _literals(connection: psycopg.Connection[Any], table: Table, check: Check) -> list[str]:
    hints = hints_of([check.expression])
    tries = list(dict.fromkeys([*hints.strings, *map(str, hints.numbers)]))[:_MOST]
    answers = Judge(connection, table, check.columns).values(
        [(one,) for one in tries], [f"case when ({check.expression}) then 't' end"]
    )
    return [one for one, answer in zip(tries, answers, strict=True) if answer is not None and answer[0] is not None]


def taken_by(
    connection: psycopg.Connection[Any], table: Table, column: Column, values: Sequence[str], rules: Sequence[Rule]
) -> list[str]:
    """Those of the values that the column's own rules let through."""
    length = column.type.length
    fitting = [one for one in values if length is None or len(one) <= length]
    judge = Judge(connection, table, (column.name,))
    rows = [(one,) for one in fitting]
    failing = judge.failing(rows, Rule("", "true", frozenset()))
    for rule in rules:
        if rule.columns == {column.name}:
            failing |= judge.failing(rows, rule)
    return [one for place, one in enumerate(fitting) if place not in failing]


def demanded(kind: Kind, values: Sequence[str]) -> Kind:
    """The same, but the first rows, and every other one after them, have values that are asked for."""
    known = len(values)

    def draw(random: Random, rows: range) -> Values:
        drawn = list(kind.draw(random, rows))
        for at, byte in enumerate(random.randbytes(len(rows))):
            if rows.start + at < known:
                drawn[at] = values[rows.start + at]
            elif byte < _SHARE:
                drawn[at] = values[byte % known]
        return drawn

    return Kind(draw, kind.nth, kind.room, kind.apart, kind.steady)


def led_by(kind: Kind, values: Sequence[str]) -> Kind:
    """All different values, those first that are asked for."""
    known = len(values)

    def nth(number: int) -> str:
        return values[number] if number < known else kind.nth(number - known)

    def apart(random: Random, rows: range) -> Values:
        return [*values[rows.start : rows.stop], *_rest(kind.distinct, random, rows, known)]

    return Kind(kind.draw, nth, kind.room, apart)


def _rest(distinct: Callable[[Random, range], Values], random: Random, rows: range, known: int) -> Values:
    return distinct(random, range(max(0, rows.start - known), max(0, rows.stop - known)))
