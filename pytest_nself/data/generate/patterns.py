"""Joint values over columns that refer to other rows: they say which of those are null, the keys say the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_nself.data.strategies.stream import Values

from .members import REJECTED, Joint, Member, Spread


@dataclass(frozen=True, slots=True)
class Pattern:
    """Members behind joint values: where those have null, so has the row; where not, the member's value stands."""

    inner: tuple[Member, ...]
    joints: tuple[Joint, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """See Member."""
        inner = [column for member in self.inner for column in member.columns]
        more = [column for joint in self.joints for column in joint.columns if column not in inner]
        return (*inner, *more)

    def block(self, number: int) -> tuple[Sequence[Values], Sequence[int] | None]:
        """See Member."""
        values: dict[str, Values] = {}
        rejected: list[Sequence[int]] = []
        for member in self.inner:
            given, left = member.block(number)
            values.update(zip(member.columns, given, strict=True))
            if left is not None:
                rejected.append(left)
        for joint in self.joints:
            given, _ = joint.block(number)
            for column, said in zip(joint.columns, given, strict=True):
                own = values.get(column)
                values[column] = (
                    said
                    if own is None
                    else [None if wanted is None else value for wanted, value in zip(said, own, strict=True)]
                )
        kept = [REJECTED if REJECTED in each else 0 for each in zip(*rejected, strict=True)] if rejected else None
        return [values[column] for column in self.columns], kept

    def spread(self, number: int, left: Sequence[int], seen: Sequence[int]) -> Spread:
        """A pattern is never part of a chain."""
        raise AssertionError(self)
