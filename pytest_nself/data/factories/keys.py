"""Keys that sequences give, in the place of those that rows were planned with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Shape, Table
from pytest_nself.data.shape.order import root_of

Texts = tuple[str | None, ...]
"""A row as the server's texts; None is null."""


def counted(table: Table, columns: Sequence[str], given: Sequence[str] = ()) -> list[Column]:
    """Those of the columns whose values a sequence gives, and that the caller did not give."""
    found = [column for column in table.columns if column.name in columns and column.name not in given]
    return [column for column in found if column.sequence is not None]


@dataclass(slots=True)
class Keys:
    """Which key a planned one has become, by table and column. Rows that were planned before may refer to it."""

    shape: Shape
    _become: dict[tuple[ObjectRef, str], dict[str, str]] = field(default_factory=dict)

    def exchange(
        self, table: Table, columns: Sequence[str], rows: Sequence[Texts], fresh: Mapping[str, Sequence[str]]
    ) -> list[Texts]:
        """The rows with `fresh` keys, one for each row by column, and with what others' keys have become."""
        for name, texts in fresh.items():
            known = self._become.setdefault((table.ref, name), {})
            at = columns.index(name)
            known.update((row[at] or "", text) for row, text in zip(rows, texts, strict=True))
        changed = [list(row) for row in rows]
        for name, texts in fresh.items():
            at = columns.index(name)
            for row, text in zip(changed, texts, strict=True):
                row[at] = text
        for reference in table.references:
            target = root_of(self.shape, reference.target)
            for name, other in zip(reference.columns, reference.target_columns, strict=True):
                if (become := self._become.get((target, other))) and name in columns and name not in fresh:
                    at = columns.index(name)
                    for row, planned in zip(changed, rows, strict=True):
                        row[at] = become.get(planned[at] or "", planned[at])
        return [tuple(row) for row in changed]
