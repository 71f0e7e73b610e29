"""Which rows a table refuses, and with what words, where only a load can tell: triggers, rules, foreign tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

TryRows: TypeAlias = Callable[[Sequence[int]], "Refusal | None"]
"""Loads the rows of these places behind a savepoint. Refused: nothing of them stays, and the refusal is returned."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server said. `where` is its context: the trigger's function, if one raised it."""

    message: str
    constraint: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`kept` are the places that are loaded now; `refused` the others, each with its own refusal.

    `unknown` are places that were not tried any more, because too many had been refused before.
    """

    kept: tuple[int, ...]
    refused: tuple[tuple[int, Refusal], ...] = ()
    unknown: tuple[int, ...] = ()

    @property
    def reasons(self) -> dict[Refusal, int]:
        """How many rows each refusal stands for; those that differ only in the values they name are one."""
        found: dict[tuple[str | None, str, str], tuple[Refusal, int]] = {}
        for _, refusal in self.refused:
            key = (refusal.constraint, refusal.where, _without_values(refusal.message))
            first, count = found.get(key, (refusal, 0))
            found[key] = (first, count + 1)
        return dict(found.values())


def narrow(rows: int, try_rows: TryRows, *, most: int = 200) -> Narrowed:
    """Load what can be loaded of `rows` rows: all at once, else in halves, down to the single row that is refused.

    After `most` refusals the rest is given up as unknown: then it is the table that takes nothing.
    """
    kept: list[int] = []
    refused: list[tuple[int, Refusal]] = []
    unknown: list[int] = []
    waiting = [range(rows)] if rows else []
    while waiting:
        places = waiting.pop()
        if len(refused) >= most:
            unknown += places
            continue
        refusal = try_rows(places)
        if refusal is None:
            kept += places
        elif len(places) == 1:
            refused.append((places[0], refusal))
        else:
            middle = len(places) // 2
            # The first half comes first: rows may lean on those before them.
            waiting += [places[middle:], places[:middle]]
    return Narrowed(tuple(kept), tuple(refused), tuple(unknown))


def _without_values(message: str) -> str:
    import re

    return re.sub(r"\d+|'[^']*'|\"[^\"]*\"|\([^()]*\)", "…", message)
