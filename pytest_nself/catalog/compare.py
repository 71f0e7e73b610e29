"""How two states of a database differ, fact by fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pytest_nself.core.names import ObjectRef

from .fact import Catalog, changed

ORDER = "position"
"""The attribute that only says where a column stands."""


class Change(NamedTuple):
    """One fact that differs. Without an attribute it is the object itself that is there on one side only."""

    subject: ObjectRef
    attribute: str
    before: Any
    after: Any

    def __str__(self) -> str:
        kind = self.subject.kind.replace("_", " ")
        if not self.attribute:
            return f"{'+' if self.after else '-'} {kind} {self.subject}"
        return f"~ {kind} {self.subject}: {self.attribute} {_shown(self.before)} -> {_shown(self.after)}"


def differences(a: Catalog, b: Catalog, *, order: bool = False) -> tuple[Change, ...]:
    """What differs between `a` and `b`, by name of the object; the order of columns only if asked for."""
    return tuple(_differences(a, b, order))


def _differences(a: Catalog, b: Catalog, order: bool) -> Iterator[Change]:
    for ref in sorted({*a.entries, *b.entries}, key=lambda ref: tuple(part or "" for part in ref)):
        mine, theirs = a.get(ref), b.get(ref)
        if mine is None or theirs is None:
            yield Change(ref, "", mine is not None, theirs is not None)
        elif not mine.equals(theirs):
            for name in changed(mine, theirs):
                if order or name != ORDER:
                    yield Change(ref, name, mine[name], theirs[name])


def _shown(value: Any, longest: int = 200) -> str:
    text = "nothing" if value is None else " ".join(str(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
