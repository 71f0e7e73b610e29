"""What the solver reads in the texts of constraints: hints and places to cut, never a meaning."""

from __future__ import annotations

import re
from decimal import Decimal
from random import Random

import pytest

from pytest_nself.data.solve.literals import hints_of
from pytest_nself.data.solve.regex import like_samples, regex_samples
from pytest_nself.data.solve.terms import Comparison, about_whole_row, comparisons, conjuncts, mentions

_ALIKE = [
    r"^[A-Z]{3}-\d{4}$",
    r"^[a-z0-9]+(-[a-z0-9]+)*$",
    r"^\+?[1-9]\d{1,14}$",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    r"^(a|b|cd){2,3}\1$",
    r"^#[0-9a-f]{6}$",
    r"^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$",
    r"^[]a-]+$",
    r"^(?=.*[A-Z])(?=.*\d).{8,}$",
    r"^\u03b1[\x61-\x63]\.$",
    r"word$|^other",
]


@pytest.mark.parametrize("pattern", _ALIKE)
def test_samples_match(pattern: str) -> None:
    """Patterns that Python reads as PostgreSQL does: every sample matches, and there are several."""
    samples = regex_samples(pattern, 20, Random(1))
    assert [one for one in samples if re.search(pattern, one) is None] == []
    assert len(samples) > 1


@pytest.mark.parametrize(
    ("pattern", "alike"),
    [
        (r"^[[:alpha:]_][[:alnum:]_]*$", r"^[A-Za-z_]\w*$"),
        (r"(?i)^ABC\M", r"^ABC"),
        (r"^[[:digit:]]{3}[[:upper:]]$", r"^\d{3}[A-Z]$"),
        (r"***=a.b(c", r"^a\.b\(c$"),
        (r"(?x)^ a b # c", r"^ab"),
        (r"\Aa+\Z", r"^a+$"),
    ],
)
def test_samples_of_what_only_postgresql_says(pattern: str, alike: str) -> None:
    """Classes by name, word edges, options at the front, literal patterns."""
    samples = regex_samples(pattern, 10, Random(1))
    assert samples
    assert all(re.search(alike, one) for one in samples)


def test_a_length_is_met() -> None:
    """Where others ask for a length, open repetitions come out there."""
    samples = regex_samples("^[A-Z]+-[0-9]+$", 20, Random(1), lengths=(17,))
    assert sum(len(one) == 17 for one in samples) > 3


@pytest.mark.parametrize("pattern", ["(((", "[a", "a)", "\\", "[z-a]", "(?<x)"])
def test_a_broken_pattern_gives_nothing(pattern: str) -> None:
    """Literals that only look like patterns do no harm."""
    assert isinstance(regex_samples(pattern, 5, Random(1)), list)


def test_samples_are_the_same_each_time() -> None:
    """The same source gives the same strings."""
    assert regex_samples(r"^\w{5,9}$", 9, Random(7)) == regex_samples(r"^\w{5,9}$", 9, Random(7))


def test_samples_of_like() -> None:
    """% is any text, _ one letter, a backslash takes the next as it is."""
    samples = like_samples(r"a\%_b%", 6, Random(1))
    assert all(re.fullmatch("a%.b.*", one) for one in samples)
    assert len(samples) == 6


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("((a > 0) AND (b > 0) AND (c IS NULL))", ["(a > 0)", "(b > 0)", "(c IS NULL)"]),
        ("(((a > 0) AND (b > 0)) AND c)", ["(a > 0)", "(b > 0)", "c"]),
        ("((a = ' AND '::text) AND (b > 0))", ["(a = ' AND '::text)", "(b > 0)"]),
    ],
)
def test_an_and_is_cut(expression: str, parts: list[str]) -> None:
    """At any depth, but not inside strings."""
    assert conjuncts(expression) == parts


@pytest.mark.parametrize(
    "expression",
    [
        "((a > 0) OR ((b > 0) AND (c > 0)))",
        "CASE WHEN (a AND b) THEN true ELSE false END",
        "(NOT ((a > 0) AND (b > 0)))",
        '("x AND y" > 0)',
    ],
)
def test_nothing_else_is_cut(expression: str) -> None:
    """Where an `and` stands below something else the expression stays whole."""
    assert conjuncts(expression) == [expression]


def test_comparisons() -> None:
    """Columns and what they are compared with, from both sides and at any depth."""
    found = comparisons(
        '((total = (a + b)) OR (lower((slug)::text) = (slug)::text) OR (1 < "My col"))', ["total", "slug", "My col"]
    )
    assert found == [
        Comparison("total", "=", "(a + b)"),
        Comparison("slug", "=", "lower((slug)::text)"),
        Comparison("My col", ">", "1"),
    ]


def test_columns_by_name() -> None:
    """Whole names only, quoted or not."""
    assert mentions('((id > 0) AND ("Order" = 1) AND (valid_id < 3))', ["id", "Order", "valid", "x"]) == ("id", "Order")


def test_a_row_as_a_whole() -> None:
    """`f(t.*)` is about all columns, a pattern with .* is not."""
    assert about_whole_row("row_ok(t.*)")
    assert not about_whole_row("(a ~ '^.*$'::text)")


def test_hints() -> None:
    """Numbers, strings, the elements of arrays, keys into json by their path; lengths where one is asked for."""
    hints = hints_of(["(((data -> 'a'::text) ->> 'b'::text) = 'x'::text)", "(n > ('-1'::integer)::numeric)"])
    assert hints.paths == (("a", "b"), ("a",), ("b",))
    assert hints.numbers == (Decimal(-1),)
    assert not hints.lengths
    hints = hints_of(["((kind = ANY ('{p,q}'::text[])) AND (length(kind) = 4))"])
    assert {"p", "q"} <= set(hints.strings)
    assert {3, 4, 5} <= set(hints.lengths)
