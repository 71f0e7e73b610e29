"""A plan: everything that will be done, as a value that can be shown, hashed and executed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .step import Step


class Seen(NamedTuple):
    """What the planner saw: a query, and the fingerprint of its rows.

    The query is run again before the first step, so it must not depend on session settings (cast to text, fixed order)
    and must not fail when what it looks at is gone.
    """

    query: str
    sha256: str

    @classmethod
    def of(cls, query: str, rows: Iterable[Sequence[object]]) -> Seen:
        """The query with the fingerprint of the rows it gave."""
        return cls(query, rows_sha256(rows))


def rows_sha256(rows: Iterable[Sequence[object]]) -> str:
    """A fingerprint of rows in their order; NULL differs from the empty text."""
    digest = sha256()
    for row in rows:
        digest.update(repr([None if value is None else str(value) for value in row]).encode())
        digest.update(b"\n")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order. No step needs what an earlier one returned, so what is shown is what runs.

    `lock` names the lock that only one run at a time may hold on a database somebody owns (None: none is needed).
    `notes` are sentences about what the plan knowingly leaves as it is; they are no part of what it does.
    """

    title: str
    steps: tuple[Step, ...]
    seen: tuple[Seen, ...] = ()
    lock: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """sha256 of what is sent: equal plans do the same, whatever they are called."""
        digest = sha256()
        for step in self.steps:
            digest.update(repr(step.sent).encode())
            digest.update(b"\n")
        return digest.hexdigest()

    @property
    def hazards(self) -> frozenset[str]:
        """All hazards of all steps."""
        return frozenset().union(*(step.hazards for step in self.steps))

    def __bool__(self) -> bool:
        return bool(self.steps)
