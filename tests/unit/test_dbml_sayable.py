"""What the server says of types, defaults, indexes and keys, read into the words of DBML."""

from __future__ import annotations

import pytest

from pytest_nself.schema.model import ColumnType, Endpoint, IndexItem, Value, ValueKind
from pytest_nself.schema.sayable import (
    check_text,
    column_type,
    default_value,
    index_text,
    key_columns,
    key_text,
    same_expression,
    same_type,
    unwrapped,
)

ENUMS = {("public", "mood"), ("app", "Kind")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bigint", ColumnType("bigint")),
        ("character varying(20)", ColumnType("varchar", arguments=("20",))),
        ("numeric(10,2)[]", ColumnType("numeric", arguments=("10", "2"), dimensions=(None,))),
        ("timestamp with time zone", ColumnType("timestamptz")),
        ("time(3) with time zone", ColumnType("timetz", arguments=("3",))),
        ("double precision[]", ColumnType("double precision", dimensions=(None,), quoted=True)),
        ("interval day to second(2)", ColumnType("interval day to second(2)", quoted=True)),
        ('"char"', ColumnType('"char"', quoted=True)),
        ("public.mood[]", ColumnType("mood", dimensions=(None,))),
        ('app."Kind"', ColumnType("Kind", "app")),
        ("public.citext", ColumnType("citext")),
        ("extensions.vector(3)", ColumnType("vector", "extensions", ("3",))),
        ('public."My Type"', ColumnType('public."My Type"', quoted=True)),
    ],
)
def test_types(text: str, expected: ColumnType) -> None:
    """Types are spelled as people do; what DBML cannot hold as a word stands between quotes as it is."""
    assert column_type(text, ENUMS) == expected


@pytest.mark.parametrize(
    ("expression", "type_", "expected"),
    [
        ("0", "integer", Value(ValueKind.NUMBER, "0")),
        ("'-1'::integer", "bigint", Value(ValueKind.NUMBER, "-1")),
        ("true", "boolean", Value(ValueKind.BOOLEAN, "true")),
        ("'it''s'::text", "text", Value(ValueKind.STRING, "it's")),
        ("'a'::character varying", "character varying(20)", Value(ValueKind.STRING, "a")),
        ("'a'::public.mood", "public.mood", Value(ValueKind.STRING, "a")),
        ("'5'::numeric", "numeric", Value(ValueKind.EXPRESSION, "'5'::numeric")),
        ("now()", "date", Value(ValueKind.EXPRESSION, "now()")),
        ("(a + 1)", "integer", Value(ValueKind.EXPRESSION, "a + 1")),
        ("'`'::text || 'x'::text", "text", None),
    ],
)
def test_defaults(expression: str, type_: str, expected: Value | None) -> None:
    """A default is the plainest value of which the server makes the same expression again."""
    assert default_value(expression, type_) == expected


@pytest.mark.parametrize(
    ("columns", "items"),
    [
        ('a, "B c" DESC', (IndexItem("a"), IndexItem("B c", False, True))),
        ("a DESC NULLS LAST, lower(b)", (IndexItem("a", False, True, False), IndexItem("lower(b)", True))),
        ("((x ->> 'k,)'::text)) NULLS FIRST", (IndexItem("(x ->> 'k,)'::text)", True, None, True),)),
        ("app.f(a, 'b)') DESC", (IndexItem("app.f(a, 'b)')", True, True),)),
    ],
)
def test_what_an_index_is_over(columns: str, items: tuple[IndexItem, ...]) -> None:
    """Columns, expressions and their order; commas and parentheses in quotes part nothing."""
    found = index_text(f'CREATE UNIQUE INDEX i ON public."T x" USING btree ({columns}) WHERE (a > 1)')
    assert (found.items, found.unique, found.method, found.where, found.extra) == (items, True, None, "a > 1", "")


@pytest.mark.parametrize(
    ("definition", "extra"),
    [
        ("CREATE INDEX i ON t USING gin (a gin_trgm_ops)", "gin_trgm_ops"),
        ('CREATE INDEX i ON t USING btree (a COLLATE "C" DESC)', 'COLLATE "C" DESC'),
        ("CREATE INDEX i ON t USING btree (a) INCLUDE (b)", "INCLUDE (b)"),
        ("CREATE UNIQUE INDEX i ON t USING btree (a) NULLS NOT DISTINCT", "NULLS NOT DISTINCT"),
        ("CREATE INDEX i ON ONLY t USING btree (a)", "ONLY"),
    ],
)
def test_what_dbml_cannot_say_of_an_index(definition: str, extra: str) -> None:
    """Operator classes, collations, INCLUDE and the like are noticed."""
    assert index_text(definition).extra == extra


def test_foreign_keys() -> None:
    """Columns, target and actions; what is beyond DBML is told."""
    found = key_text(
        'FOREIGN KEY (a, "B") REFERENCES app."T"(c, d) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a)'
    )
    assert found is not None
    assert found.columns == ("a", "B")
    assert found.target == Endpoint("T", ("c", "d"), "app")
    assert (found.on_delete, found.on_update, found.extra) == ("set null", "cascade", "MATCH FULL (a)")
    assert key_text("FOREIGN KEY (a, PERIOD b) REFERENCES t(a, PERIOD b)") is None


def test_checks_and_keys() -> None:
    """An expression loses the parentheses around all of it, and no others; what says more is not taken."""
    assert check_text("CHECK (((a > 1) AND (b < 2)))") == "(a > 1) AND (b < 2)"
    assert check_text("CHECK ((a > 1)) NO INHERIT") is None
    assert check_text("CHECK ((a <> '`'::text))") is None
    assert unwrapped("((a))") == "a"
    assert key_columns('UNIQUE (a, "B")') == ("a", "B")
    assert key_columns("UNIQUE (a) INCLUDE (b)") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("price > 0", "price > (0)::numeric"),
        ("kind in ('a', 'b')", "(kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])"),
        ("price between 1 and 9", "(price >= (1)::numeric) AND (price <= (9)::numeric)"),
        ("name like 'a%'", "name ~~ 'a%'::text"),
        ("lower(email)", "lower((email)::text)"),
    ],
)
def test_what_people_write_and_what_the_server_says(one: str, other: str) -> None:
    """The same expression is known again; another is not."""
    assert same_expression(one, other)
    assert not same_expression(one, other + " AND false")


def test_spellings_of_types() -> None:
    """Other names of one type are one; other types are not."""
    assert same_type(ColumnType("int4"), ColumnType("integer"))
    assert same_type(ColumnType("VARCHAR", arguments=("20",)), ColumnType("character varying", arguments=("20",)))
    assert same_type(ColumnType("int", dimensions=(None, 3)), ColumnType("integer", dimensions=(None,)))
    assert not same_type(ColumnType("int"), ColumnType("bigint"))
    assert not same_type(ColumnType("varchar"), ColumnType("varchar", arguments=("20",)))
