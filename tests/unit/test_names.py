"""Quoting, the only way a name reaches SQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.names import ObjectRef, parse_qualified, quote_identifier, quote_literal, quote_qualified
from pytest_nself.migrations.statements import scan

_text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))


@given(_text.filter(bool))
def test_a_quoted_identifier_is_one_token(name: str) -> None:
    """Whatever a name holds, quoted it is one identifier from which the name comes back."""
    quoted = quote_identifier(name)
    (statement,) = scan(quoted).statements
    assert statement.words == (quoted,)
    assert quoted[1:-1].replace('""', '"') == name


@given(_text)
def test_a_quoted_literal_is_closed(text: str) -> None:
    """Whatever a text holds, the literal ends where it should: what follows is a statement of its own."""
    found = scan(f"select {quote_literal(text)};select 1")
    assert not found.problems
    assert len(found.statements) == 2


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_impossible_names_are_refused(name: str) -> None:
    """PostgreSQL has no empty identifier and none with a NUL."""
    with pytest.raises(ValueError):
        quote_identifier(name)


def test_qualified_names() -> None:
    """Each part is quoted for itself; no schema, no dot."""
    assert quote_qualified("Odd.Schema", 'a"b') == '"Odd.Schema"."a""b"'
    assert quote_qualified(None, "t") == '"t"'


def test_object_ref_prints_its_path() -> None:
    """A reference prints schema, name and part, as far as it has them."""
    assert str(ObjectRef("column", "public", "orders", "id")) == "public.orders.id"
    assert str(ObjectRef("migration", None, "0001_users")) == "0001_users"


def test_bare_names_are_folded_as_the_server_does() -> None:
    """ASCII letters alone, in a database in UTF-8; quoted parts stay as they are."""
    assert parse_qualified('ÄB . "Ä""B".ßC') == ("Äb", 'Ä"B', "ßc")
