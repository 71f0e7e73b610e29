"""Keys from labels: the same everywhere, never twice, never what a sequence gives."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.sets.keys import Position, key_text, largest_number
from pytest_nself.data.shape.model import Column, Type, TypeKind

USERS = ObjectRef("table", "public", "users")
LARGEST = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}
labels = st.text(st.characters(categories=["Ll", "Nd"], include_characters="-_"), min_size=1, max_size=12)


def column(name: str, modifier: int = -1) -> Column:
    return Column("id", 1, Type(name, "pg_catalog", name, modifier=modifier), not_null=True)


def keys(names: list[str], kind: Column, position: Position | None = None) -> list[int]:
    """The keys of these labels, given one after the other."""
    taken: set[int] = set()
    for name in names:
        text = key_text("shop", USERS, name, kind, taken, position)
        assert text is not None
        taken.add(int(text))
    return [int(text) for text in map(str, taken)]


@given(st.sampled_from(sorted(LARGEST)), st.lists(labels, unique=True, max_size=300))
def test_numbers_lie_in_the_upper_half_and_differ(kind: str, names: list[str]) -> None:
    """Any labels of a table have different numbers, all in the upper half of the type."""
    found = keys(names, column(kind))
    assert len(found) == len(names)
    assert all(LARGEST[kind] // 2 < number <= LARGEST[kind] for number in found)


@given(st.sampled_from(sorted(LARGEST)), st.floats(0, 1), st.sampled_from([1, 7, -1]))
def test_numbers_keep_away_from_a_sequence(kind: str, where: float, increment: int) -> None:
    """Wherever a sequence stands, the numbers it gives next are no keys."""
    largest = LARGEST[kind]
    following = min(int(largest * where), largest)
    found = keys([f"u{n}" for n in range(50)], column(kind), Position(following, increment))
    soon = {following + increment * step for step in range(200)}
    assert not soon & set(found)
    assert all(0 < number <= largest for number in found)


def test_a_small_type_is_used_up() -> None:
    """Every number of the upper half can be a key, and when none is left there is no key."""
    kind = column("int2")
    assert len(keys([f"u{n}" for n in range(16384)], kind)) == 16384
    assert key_text("shop", USERS, "one more", kind, set(range(16384, 32768))) is None


@given(labels, st.integers(0, 2**31))
def test_a_key_stays_whatever_else_is_taken(name: str, other: int) -> None:
    """A label's key does not change by rows whose keys are elsewhere."""
    alone = key_text("shop", USERS, name, column("int4"), set())
    if alone != str(other):
        assert key_text("shop", USERS, name, column("int4"), {other}) == alone


@given(labels)
def test_uuids_are_those_of_the_label(name: str) -> None:
    """A uuid is uuid5 of the project's namespace and table/label; another schema is another table."""
    found = key_text("shop", USERS, name, column("uuid"), ())
    assert found == str(uuid5(uuid5(NAMESPACE_URL, "nself:shop"), f"users/{name}"))
    assert UUID(found).version == 5
    assert key_text("shop", ObjectRef("table", "app", "users"), name, column("uuid"), ()) != found
    assert key_text("mall", USERS, name, column("uuid"), ()) != found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (column("text"), "alice"),
        (column("varchar", 4 + 5), "alice"),
        (column("varchar", 4 + 4), None),
        (column("bpchar", 4 + 10), "alice"),
        (column("date"), None),
        (column("bool"), None),
        (column("timestamptz"), None),
        (column("float8"), None),
    ],
)
def test_texts_are_the_label_where_it_fits(kind: Column, expected: str | None) -> None:
    """A text key is the label, unless it is too long; types whose values mean something have no keys from labels."""
    assert key_text("shop", USERS, "alice", kind, ()) == expected


@pytest.mark.parametrize(
    ("modifier", "largest"),
    [(-1, 2**63 - 1), ((4 << 16) + 4, 9999), ((6 << 16 | 2) + 4, 9999), ((30 << 16) + 4, 2**63 - 1)],
)
def test_numeric_keys_have_the_digits_of_their_type(modifier: int, largest: int) -> None:
    """A numeric holds as many digits as it says; without a word it holds those of a bigint."""
    kind = column("numeric", modifier)
    assert largest_number(kind.type) == largest
    text = key_text("shop", USERS, "alice", kind, ())
    assert text is not None
    assert largest // 2 < int(text) <= largest


def test_domains_are_what_they_stand_for() -> None:
    """A domain over a number, a uuid or a text has the keys of that."""
    for name in ("int4", "uuid", "text"):
        plain = column(name)
        domain = Column("id", 1, Type("app.key", "app", "key", TypeKind.DOMAIN, inner=plain.type))
        assert key_text("shop", USERS, "alice", domain, ()) == key_text("shop", USERS, "alice", plain, ())
