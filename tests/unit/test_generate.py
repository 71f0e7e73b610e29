"""Generated rows without a server: pure functions of seed, table, column and row; keys that cannot repeat."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.generate.copying import copied
from pytest_nself.data.generate.keys import Unit, decide, names_in
from pytest_nself.data.generate.links import Link, Links
from pytest_nself.data.generate.members import REJECTED, Chain, Joint, Single
from pytest_nself.data.generate.parents import DISTRIBUTIONS, Groups, There
from pytest_nself.data.generate.rows import Rows
from pytest_nself.data.generate.times import times_of
from pytest_nself.data.shape.model import Column, Key, Table, Type, TypeKind
from pytest_nself.data.strategies.candidates import candidates_of
from pytest_nself.data.strategies.kinds import listed, shifted
from pytest_nself.data.strategies.meanings import meaning_of, time_rank
from pytest_nself.data.strategies.stream import BLOCK, Drawn, below, chosen, key_of, random_of, rows_of
from pytest_nself.data.strategies.types import kind_of, whole
from pytest_nself.data.strategies.words import words

REF = ObjectRef("table", "public", "users")


def base(name: str, modifier: int = -1, written: str | None = None) -> Type:
    return Type(written or name, "pg_catalog", name, modifier=modifier)


def column(name: str, type_: Type, **more: bool) -> Column:
    return Column(name, 1, type_, **more)


TEXT, INT, UUID, INSTANT = base("text"), base("int4"), base("uuid"), base("timestamptz")
MOOD = Type("mood", "public", "mood", TypeKind.ENUM, labels=("sad", "ok", "happy"))
USERS = Table(REF, (column("email", TEXT),))


@given(st.integers(0, 5000), st.integers(0, 3))
def test_a_row_is_the_same_alone_and_in_its_block(row: int, seed: int) -> None:
    """`value(i)` is what `block` has there: a row does not depend on how, or in which order, it is asked for."""
    for type_ in (TEXT, INT, UUID, MOOD):
        kind = kind_of(type_)
        assert kind is not None
        strategy = Drawn(key_of(seed, "public.users", "x"), kind.draw)
        assert strategy.value(row) == strategy.block(row // BLOCK)[row % BLOCK]


def test_the_same_seed_gives_the_same_values_on_every_machine() -> None:
    """The first values of a few columns are written down: whoever changes them must raise the version."""
    found = {}
    for name, type_ in (("email", TEXT), ("id", UUID), ("price", base("numeric", 10 << 16 | 2 + 4)), ("at", INSTANT)):
        one = column(name, type_)
        kind = meaning_of(one, USERS) or kind_of(type_)
        strategy = times_of(one, key_of(0, "public.users", name)) or Drawn(key_of(0, "public.users", name), kind.draw)
        found[name] = strategy.block(0)[:3]
    assert found == GOLDEN


GOLDEN: Mapping[str, list[str]] = {
    "email": ["sandra.rice@example.com", "wanda.randall@example.com", "norman.parsons@example.com"],
    "id": [
        "cb57755f-e3f7-4e35-95bd-ebd4f148fec6",
        "c0ef4bcb-c8c6-4851-ae98-ac7c956f80f7",
        "bb876278-279a-4cee-a031-c0b4adc86b82",
    ],
    "price": ["151.74", "120.87", "205.38"],
    "at": ["2023-12-15 12:00:21+00", "2024-05-14 03:43:32+00", "2024-01-04 15:11:40+00"],
}


def test_the_frozen_words_are_frozen() -> None:
    """What values are made of never changes by itself."""
    everything = [words(of) for of in ("first_names", "last_names", "cities", "words", "sentences", "companies")]
    assert sha256(repr(everything).encode()).hexdigest() == FROZEN


FROZEN = "7730e2418728f911d0a5f532a67b6c782e8553b2d80c0b778839ccf5017a61d9"


@given(st.integers(1, 1 << 40), st.integers(0, 1 << 30))
def test_numbers_drawn_at_once_stay_below_their_limit(limit: int, seed: int) -> None:
    """All numbers are in range, and the same random source gives the same ones."""
    drawn = below(Random(seed), limit, 64)
    assert all(0 <= one < limit for one in drawn)
    assert drawn == below(Random(seed), limit, 64)


def test_chosen_values_are_all_chosen_sometimes() -> None:
    """None of a few values is left out."""
    assert set(chosen(Random(1), ["a", "b", "c"], 200)) == {"a", "b", "c"}


TYPES = [
    TEXT, INT, UUID, INSTANT, base("int2"), base("int8"), base("numeric"), base("numeric", (5 << 16 | 2) + 4),
    base("varchar", 3 + 4), base("varchar", 15 + 4), base("bpchar", 8 + 4), base("date"), base("time"),
    base("interval"), base("bytea"), base("inet"), base("macaddr"), base("bit", 6), base("float8"), base("jsonb"),
    base("money"), MOOD,
    Type("int4range", "pg_catalog", "int4range", TypeKind.RANGE, inner=INT),
    Type("text[]", "pg_catalog", "_text", TypeKind.ARRAY, inner=TEXT),
    Type("pair", "public", "pair", TypeKind.COMPOSITE, attributes=(("a", INT), ("b", TEXT))),
]  # fmt: skip


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.written + str(type_.modifier))
def test_values_that_must_differ_do(type_: Type) -> None:
    """No two rows below a type's room are alike, within a block and between blocks, in either way of asking."""
    kind = kind_of(type_)
    assert kind is not None
    assert kind.room
    found: list[str | None] = []
    for number in range(3):
        rows = range(number * BLOCK, min((number + 1) * BLOCK, kind.room))
        found += kind.distinct(random_of("k", number), rows) if len(rows) else []
    assert len(set(found)) == len(found) == min(3 * BLOCK, kind.room)
    numbers = range(min(3 * BLOCK, kind.room))
    assert len({kind.nth(number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize("length", range(1, 30))
def test_no_text_is_longer_than_its_type(length: int) -> None:
    """Whatever a column is called, its values fit, and so do those that are tried for its checks."""
    type_ = base("varchar", length + 4)
    for name in ("x", "email", "country", "url", "token", "title", "currency", "first_name", "zip"):
        one = column(name, type_)
        kind = meaning_of(one, USERS) or kind_of(type_)
        values = [*kind.draw(random_of(name, 0), rows_of(0)), *candidates_of(one, USERS)]
        values += kind.distinct(random_of(name, 1), range(min(BLOCK, kind.room)))
        assert all(value is None or len(value) <= length for value in values)


def test_what_is_in_a_table_is_not_given_again() -> None:
    """A shifted kind begins behind the first numbers, in both ways of asking."""
    moved = shifted(whole(1000), 10)
    assert moved.nth(0) == "11"
    assert list(moved.distinct(random_of("k", 0), range(3))) == ["11", "12", "13"]
    assert moved.room == 990


@given(st.sampled_from(sorted(DISTRIBUTIONS)), st.integers(1, 5000), st.integers(0, 9))
def test_a_row_refers_to_one_that_is_there_by_then(name: str, count: int, block: int) -> None:
    """Whatever the distribution: never to a later row, and never to one that there is not."""
    rows = rows_of(block)
    picked = DISTRIBUTIONS[name](random_of("k", block), rows, count)
    assert all(0 <= one <= row and one < count for one, row in zip(picked, rows, strict=True))


def test_more_parents_do_not_change_the_first_rows() -> None:
    """To whom the first rows refer is the same with a hundred parents and with a hundred thousand."""
    for pick in DISTRIBUTIONS.values():
        few, many = (pick(random_of("k", 0), rows_of(0), count) for count in (100, 100_000))
        assert few[:100] == many[:100]


def test_each_parent_has_a_row() -> None:
    """`each` refers to every one of them."""
    assert set(DISTRIBUTIONS["each"](random_of("k", 0), rows_of(0), 500)) == set(range(500))


def there(count: int, **columns: str) -> There:
    return There(count, {name: [f"{prefix}{n}" for n in range(count)] for name, prefix in columns.items()})


def link(name: str, parents: There, target: str = "id") -> Links:
    one = Link(name, (name,), (target,), parents)
    return Links((one,), (name,), name)


@pytest.mark.parametrize(("left", "right"), [(3, 7), (8, 8), (40, 60), (1, 5), (6, 4)])
def test_pairs_of_two_parents_fill_their_product(left: int, right: int) -> None:
    """A table of pairs has each pair once, up to all that there are, and then no more."""
    chain = Chain((link("a", there(left, id="a")), link("b", there(right, id="b"))))
    values, kept = chain.block(0)
    pairs = [pair for at, pair in enumerate(zip(*values, strict=True)) if kept is None or kept[at] != REJECTED]
    assert len(set(pairs)) == len(pairs) == min(BLOCK, left * right)


def test_a_key_of_three_parts_fills_their_product() -> None:
    """References, joint values and few-valued columns make one key together."""
    single = Single("c", listed(("x", "y")), "c")
    joint = Joint(("d",), (("1",), ("2",), ("3",)), "d")
    chain = Chain((link("a", there(5, id="a")), joint, single))
    values, kept = chain.block(0)
    assert kept is not None
    rows = {row for at, row in enumerate(zip(*values, strict=True)) if kept[at] != REJECTED}
    wanted = product((f"a{n}" for n in range(5)), ("1", "2", "3"), ("x", "y"))
    assert rows == set(wanted)


def test_references_that_share_a_column_agree_in_it() -> None:
    """Two composite keys over one tenant point at rows of the same tenant."""
    users = There(30, {"tenant": [str(n % 3) for n in range(30)], "id": [f"u{n}" for n in range(30)]})
    teams = There(20, {"tenant": [str(n % 4) for n in range(20)], "id": [f"t{n}" for n in range(20)]})
    links = (
        Link("user", ("tenant", "user_id"), ("tenant", "id"), users),
        Link("team", ("tenant", "team_id"), ("tenant", "id"), teams),
    )
    member = Links(links, ("tenant", "user_id", "team_id"), "k")
    values, kept = member.block(0)
    by_user = dict(zip(users.columns["id"], users.columns["tenant"], strict=True))
    by_team = dict(zip(teams.columns["id"], teams.columns["tenant"], strict=True))
    rows = [row for at, row in enumerate(zip(*values, strict=True)) if kept is None or kept[at] != REJECTED]
    assert len(rows) > BLOCK // 2
    assert all(by_user[str(user)] == tenant == by_team[str(team)] for tenant, user, team in rows)


def test_groups_list_rows_by_their_values() -> None:
    """Rows with the same values stand together, in their order."""
    groups = Groups(There(6, {"t": ["a", "b", "a", "b", "a", "c"]}), ("t",))
    assert list(groups.of(("a",))) == [0, 2, 4]
    assert list(groups.of(("z",))) == []


def test_rows_end_where_different_values_end() -> None:
    """A unique column of three labels gives three rows, however many are asked for."""
    rows = Rows(REF, ("mood",), (Single("mood", listed(MOOD.labels), "k", apart=True),), 50, scans=True)
    rows.settle()
    assert rows.count == 3
    assert sorted(str(rows.row(n)[0]) for n in range(3)) == sorted(MOOD.labels)


def test_more_rows_begin_with_the_same_ones() -> None:
    """The rows of ten are the first ten of a thousand, and copying gives just those."""
    members = (Single("id", whole(10_000), "a", apart=True), Single("name", kind_of(TEXT), "b", nulls=0.2))  # type: ignore[arg-type]
    few, many = (Rows(REF, ("id", "name"), members, wanted) for wanted in (10, 3000))
    for one in (few, many):
        one.settle()
    assert [few.row(n) for n in range(10)] == [many.row(n) for n in range(10)]
    assert b"".join(many.chunks()).splitlines()[:10] == b"".join(few.chunks()).splitlines()
    assert b"".join(many.chunks()).count(b"\n") == 3000


ODD = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)


@given(st.lists(st.tuples(st.none() | ODD, st.none() | ODD), min_size=1, max_size=20))
def test_copied_text_reads_back(rows: list[tuple[str | None, str | None]]) -> None:
    """Backslashes, tabs, line ends and nulls arrive as they were."""
    text = copied([list(one) for one in zip(*rows, strict=True)], len(rows)).decode()
    lines = text.removesuffix("\n").split("\n")
    read = [tuple(None if one == "\\N" else unescaped(one) for one in line.split("\t")) for line in lines]
    assert read == rows


def unescaped(text: str) -> str:
    found, at = "", 0
    while at < len(text):
        if text[at] == "\\":
            found += {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[text[at + 1]]
            at += 2
        else:
            found += text[at]
            at += 1
    return found


def unit(name: str, kind: str = "column", room: int = 1 << 40, rank: int = 2) -> Unit:
    return Unit(name, kind, (name,), frozenset({name}), room, rank)


def key(*columns: str, **more: object) -> Key:
    return Key("k", columns, columns, **more)  # type: ignore[arg-type]


def test_one_roomy_column_keeps_a_composite_key() -> None:
    """Of (tenant, slug) the slug never repeats, and the tenant stays free."""
    table = Table(REF, (column("tenant", INT), column("slug", TEXT)), keys=(key("tenant", "slug"),))
    decisions = decide(table, [unit("tenant", "links", 10), unit("slug")], ())
    assert decisions.apart == {"slug"}
    assert not decisions.chains
    assert not decisions.watched


def test_a_key_of_references_alone_is_spread_over_them() -> None:
    """A table of pairs has a chain, not two columns that never repeat."""
    table = Table(REF, (column("a", INT), column("b", INT)), keys=(key("a", "b", primary=True),))
    decisions = decide(table, [unit("a", "links", 10), unit("b", "links", 10)], ())
    assert decisions.chains == [("a", "b")]


def test_a_key_over_an_expression_that_is_not_known_is_looked_after() -> None:
    """`lower(email)` is as unique as the email; of another expression nobody knows."""
    table = Table(
        REF,
        (column("email", TEXT), column("at", INSTANT)),
        keys=(
            Key("lower", (None,), ("lower(email)",), constraint=False),
            Key("day", (None,), ("date_trunc('day'::text, at, 'utc'::text)",), constraint=False),
        ),
    )
    decisions = decide(table, [unit("email"), unit("at")], ())
    assert [one.name for one in decisions.watched] == ["day"]


def test_names_are_found_outside_of_literals() -> None:
    """What stands in quotes is no name, what stands in double quotes is one."""
    assert names_in("lower(\"User Name\") || 'email' || slug")[1:] == ["User Name", "slug"]


@pytest.mark.parametrize(
    ("name", "rank"), [("created_at", 0), ("updatedAt", 2), ("starts_on", 0), ("until", 2), ("x", 1)]
)
def test_names_say_which_time_comes_first(name: str, rank: int) -> None:
    """Created comes before updated, however it is spelled."""
    assert time_rank(name) == rank


def test_times_of_a_row_follow_each_other() -> None:
    """Created is never later than updated."""
    created, updated = (
        times_of(column(name, INSTANT, not_null=True), key_of(0, "public.users", name))
        for name in ("created_at", "updated_at")
    )
    assert created is not None
    assert updated is not None
    pairs = zip(created.block(2), updated.block(2), strict=True)
    assert all(str(before) < str(after) for before, after in pairs)
