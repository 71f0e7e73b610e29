"""Key columns that do not take just any key: checks, domains and partitions have their say."""

from __future__ import annotations

import re

from pytest_nself.data.shape.model import Column, Shape, Table, Type
from pytest_nself.data.shape.order import root_of

from .keys import largest_number

_COMPARED = re.compile(
    r"""\(*(?:"?(?P<name>[\w ]+?)"?\)*)\s*(?P<how><=|>=|<>|<|>)\s*"""
    r"""\(*'?(?P<number>-?\d+)'?\)*(?:::\w+)?\)*"""
)


def narrowed(shape: Shape, table: Table, column: Column) -> bool:
    """Whether a key that follows from the label might be refused: a check of the column alone, a domain's, a partition.

    A comparison with a number that the upper half of the type fulfils does not count, nor does a check of several
    columns, which is seldom about keys.
    """
    root = shape.tables.get(root_of(shape, table.ref), table)
    if any(_word(column.name, one.partition_key or "") for one in (root, table, *shape.leaves(root))):
        return True
    checks = [check.expression for check in table.checks if check.columns == (column.name,)]
    checks += column.type.domain_checks
    return any(not _fulfilled(expression, column.type) for expression in checks)


def _word(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _fulfilled(expression: str, kind: Type) -> bool:
    """Whether every key of the upper half fulfils it."""
    largest = largest_number(kind)
    match = _COMPARED.fullmatch(expression.strip())
    if largest is None or match is None:
        return False
    first, number = largest // 2 + 1, int(match["number"])
    return {
        ">": first > number,
        ">=": first >= number,
        "<": largest < number,
        "<=": largest <= number,
        "<>": not first <= number <= largest,
    }[match["how"]]
