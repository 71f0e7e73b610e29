"""A name that PostgreSQL cuts."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.migrations.statements.tokens import block_end, dollar_end, tokens

_LONGEST = 63
"""Bytes of a name: NAMEDATALEN - 1."""


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for name in dict.fromkeys(_names(seen.text)):
        size = len(name.encode())
        if size > _LONGEST:
            kept = name.encode()[:_LONGEST].decode(errors="ignore")
            yield Sighting(
                ObjectRef("name", None, name),
                f"The name {name} has {size} bytes; PostgreSQL cuts it to {kept}, and says so in a notice alone.",
                "write a name of at most 63 bytes: a later migration that says the long one may mean another object",
            )


def _names(text: str) -> Iterator[str]:
    position, one = 0, tokens().one
    while position < len(text) and (match := one.match(text, position)):
        kind, end = match.lastgroup, match.end()
        if kind == "word":
            yield match["word"]
        elif kind == "quoted":
            yield match["quoted"][1:-1].replace('""', '"')
        elif kind == "block":
            end = block_end(text, match.start("block")) or len(text)
        elif kind == "dollar":
            end = dollar_end(text, match["dollar"], end) or len(text)
        position = max(end, position + 1)


HAZARD = Hazard(
    id="identifier-too-long",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a name is longer than 63 bytes, and cut",
    why=(
        "PostgreSQL cuts it without an error. Two long names that begin alike are then the same one, and what looks "
        "for the long name in the catalog does not find it."
    ),
    safe="A shorter name.",
    find=_find,
    given="create table orders (id int primary key, customer int);",
    bad=(
        "create index concurrently orders_by_customer_for_the_page_that_lists_what_somebody_has_bought_so_far"
        " on orders (customer);"
    ),
    good=("create index concurrently orders_customer on orders (customer);",),
    measured=False,
    squawk=("identifier-too-long",),
)
