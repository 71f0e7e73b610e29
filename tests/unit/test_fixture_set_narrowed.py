"""Which key columns may refuse a key from a label."""

from __future__ import annotations

import pytest

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.sets.narrowed import narrowed
from pytest_nself.data.shape.model import Check, Column, Shape, Table, Type, TypeKind

REF = ObjectRef("table", "public", "t")
INT = Type("integer", "pg_catalog", "int4")
TEXT = Type("text", "pg_catalog", "text")


def is_narrowed(kind: Type, *checks: tuple[str, tuple[str, ...]], partition_key: str | None = None) -> bool:
    column = Column("id", 1, kind)
    made = tuple(Check(f"c{number}", text, columns) for number, (text, columns) in enumerate(checks))
    table = Table(REF, (column,), checks=made, partition_key=partition_key)
    return narrowed(Shape({REF: table}), table, column)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("(id > 0)", False),
        ("(id >= 1)", False),
        ("(id <> 0)", False),
        ("id < '3000000000'::bigint", False),
        ("(id < 1000)", True),
        ("((id >= 1) AND (id <= 100000))", True),
        ("((id % 2) = 0)", True),
        ("(id <> 1500000000)", True),
    ],
)
def test_checks_of_a_number(check: str, expected: bool) -> None:
    """A comparison that every key of the upper half fulfils does not matter; what is not understood does."""
    assert is_narrowed(INT, (check, ("id",))) is expected


def test_what_else_narrows() -> None:
    """Checks of a text, of a domain, and the key of a partition narrow; a check of several columns does not."""
    assert is_narrowed(TEXT, ("(id ~ '^[a-z]+$'::text)", ("id",)))
    domain = Type("app.code", "app", "code", TypeKind.DOMAIN, inner=TEXT, checks=("(VALUE ~ '^[A-Z]+$'::text)",))
    assert is_narrowed(domain)
    positive = Type("app.n", "app", "n", TypeKind.DOMAIN, inner=INT, checks=("(VALUE > 0)",))
    assert not is_narrowed(positive)
    assert is_narrowed(INT, partition_key="RANGE (id)")
    assert not is_narrowed(INT, partition_key="RANGE (made_at, kid)")
    assert not is_narrowed(INT, ("(id <> other)", ("id", "other")))
