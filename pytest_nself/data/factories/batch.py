"""Rows that were made together: read back when the first of them is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload


class Batch(Sequence[Any]):
    """As many rows as were made, in their order. They are read in one query, when they are needed."""

    def __init__(self, size: int, read: Callable[[], list[Mapping[str, Any]]], shown: Callable[..., Any]) -> None:
        self._size = size
        self._read = read
        self._shown = shown
        self._rows: list[Any] | None = None

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._all()[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # rows may be lists and dicts

    def __repr__(self) -> str:
        return f"<{self._size} rows>"

    def _all(self) -> list[Any]:
        if self._rows is None:
            self._rows = [self._shown(values) for values in self._read()]
        return self._rows
