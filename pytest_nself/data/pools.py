"""Joint values that columns may have together: what the solver finds and the generator draws from.

It stands apart from both, so that the generator can ask the solver and neither leads back to the other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pool:
    """Values that satisfy all checks of a table that speak of these columns together.

    Each of `tuples` has one value for each of `columns`, as the server's text; None is null.
    """

    columns: tuple[str, ...]
    tuples: tuple[tuple[str | None, ...], ...]
