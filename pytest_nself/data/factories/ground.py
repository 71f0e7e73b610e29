"""Where factories stand: the tables they make rows for, and who puts the rows there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.shape.model import Shape, Table

from .finders import finders

Given = Mapping[str, str | None]
"""Declared values by column, as the server's texts; None is null."""

Row = Mapping[str, Any]
"""A row as it is stored."""


class Ground(Protocol):
    """A database as factories see it. `creates` is False where rows can be built only."""

    @property
    def creates(self) -> bool: ...

    def shape(self) -> Shape:
        """The tables."""

    def context(self) -> Any:
        """Who knows how values are written and read: a connection, or None for psycopg's own ways."""

    def build(self, table: Table, given: Given) -> Given:
        """The texts of one row that is put nowhere, without keys that sequences or other rows give."""

    def create(self, table: Table, given: Given) -> Row:
        """Put a row there, and those that it needs."""

    def create_many(self, table: Table, given: Sequence[Given]) -> Callable[[], list[Row]]:
        """Put many rows there at once, in which the same columns are given; what reads them back, in their order."""


_stack: list[Ground] = []


@contextmanager
def standing_on(ground: Ground) -> Iterator[Ground]:
    """Let factories work there, in this block."""
    _stack.append(ground)
    try:
        yield ground
    finally:
        _stack.remove(ground)


def ground_or_none() -> Ground | None:
    """The innermost ground that a block gives; else that of the test that runs."""
    if _stack:
        return _stack[-1]
    return next((ground for finder in finders if (ground := finder()) is not None), None)


def ground_to_create(factory: str) -> Ground:
    """The ground; FixtureError where there is none to create rows on."""
    ground = ground_or_none()
    if ground is None or not ground.creates:
        raise FixtureError(
            f"{factory} has no database to create rows in.",
            "No test with a database is running, and no connection was given.",
            "take the fixture nself_db in the test, write `with pytest_nself.creating(connection):`, or call build()",
        )
    return ground
