"""What somebody meant by a type that PostgreSQL does not have."""

from __future__ import annotations

import pytest

from pytest_nself.schema.extensions import needed_extensions
from pytest_nself.schema.model import ColumnType
from pytest_nself.schema.reader import read_schema
from pytest_nself.schema.types import extension_of, is_serial, suggest_type

OWN = [("public", "user_role"), ("shop", "OrderState"), ("public", "Level")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("datetime", "timestamptz"),
        ("DateTime", "timestamptz"),
        ("datetime[]", "timestamptz[]"),
        ("datetime(6)", "timestamptz"),
        ("String", "text"),
        ("string(50)", "varchar(50)"),
        ("str[]", "text[]"),
        ("double", "double precision"),
        ("Double", "double precision"),
        ("int(11)", "int"),
        ("bigint(20)", "bigint"),
        ("tinyint(1)", "smallint"),
        ("bigint unsigned", "bigint"),
        ("nvarchar(255)", "varchar(255)"),
        ("number(10,2)", "numeric(10,2)"),
        ("number", "numeric"),
        ("longtext", "text"),
        ("text(100)", "varchar(100)"),
        ("boolean(1)", "boolean"),
        ("uniqueidentifier", "uuid"),
        ("blob", "bytea"),
        ("object", "jsonb"),
        ("varhcar(20)", "varchar(20)"),
        ("timstamptz", "timestamptz"),
        ("boolaen", "boolean"),
        ("interger", "integer"),
        ("user_rol", "user_role"),
        ("order_state", "shop.OrderState"),
        ("orderstate", "shop.OrderState"),
        ("level", "Level"),
        ("geomtry", "geometry"),
        ("array", "text[]"),
    ],
)
def test_did_you_mean(text: str, meant: str) -> None:
    """Types of other databases and languages, near misses, and enums of the schema; what they are given is kept."""
    assert suggest_type(text, OWN) == f'Did you mean "{meant}"?'


@pytest.mark.parametrize("text", ["qqqqqq", "varchar(0)", "a(b(c))", "; drop table x", ""])
def test_where_nobody_knows_nothing_is_said(text: str) -> None:
    """No guess is better than a wrong one."""
    assert suggest_type(text, OWN) == ""


def test_an_enum_in_place_is_to_be_defined() -> None:
    """MySQL's `enum('a','b')` is an Enum of its own here."""
    assert "define an Enum" in suggest_type("enum('a','b')")


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("geometry(Point, 4326)", "postgis"),
        ("vector(1536)", "vector"),
        ("CITEXT", "citext"),
        ("extensions.ltree[]", "ltree"),
        ("hstore", "hstore"),
        ("text", None),
    ],
)
def test_types_know_their_extensions(text: str, extension: str | None) -> None:
    """With whatever stands before or behind its name."""
    assert extension_of(text) == extension


@pytest.mark.parametrize("name", ["serial", "BIGSERIAL", "smallserial", "serial2", "serial4", "serial8"])
def test_the_serial_family(name: str) -> None:
    """They are known by their names, since the server's catalog does not hold them."""
    assert is_serial(ColumnType(name))
    assert not is_serial(ColumnType(name, dimensions=(None,)))
    assert not is_serial(ColumnType(name, schema="s"))


def test_extensions_are_needed_by_types_and_by_calls() -> None:
    """Each type and function once, where it is used first; an enum of that name needs none."""
    schema = read_schema(
        """Enum hstore { a }
        Table t {
          a citext
          b CITEXT[]
          c hstore
          d uuid [default: `uuid_generate_v4()`]
          e text [check: `similarity(e, 'x') > 0.5`]
          indexes { `unaccent(e)` }
        }
        """,
        "f",
    )
    found = needed_extensions(schema, schema.tables)
    assert [(one.extension, one.brings, one.place.line) for one in found] == [
        ("citext", "citext", 3),
        ("uuid-ossp", "uuid_generate_v4", 6),
        ("pg_trgm", "similarity", 7),
        ("unaccent", "unaccent", 8),
    ]
