"""What the generator must know of the declared values: as little as possible, so that it need not plan anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Table


@dataclass(slots=True)
class Stand:
    """Values that stand for others of their column.

    A column that no other value depends on is left to the generator, and overwritten. A foreign key is null where it
    can be, else it has the first value that was seen, so that no parent is made for it: which one makes no difference
    to the other columns.
    """

    _first: dict[tuple[ObjectRef, str], str | None] = field(default_factory=dict)

    def told(self, table: Table, declared: Mapping[str, str | None]) -> dict[str, str | None]:
        """The values to plan with."""
        spoken = [name for one in table.references for name in one.columns]
        bound = {name for check in table.checks if len(check.columns) > 1 for name in check.columns}
        bound |= {name for one in table.exclusions for name in one.columns if name is not None}
        bound |= _partitioning(table)
        # A row that stands for others would be the only one.
        bound |= {name for key in table.keys if len(key.columns) == 1 for name in key.columns if name in spoken}
        found: dict[str, str | None] = {}
        for name, text in declared.items():
            if name in bound or spoken.count(name) > 1 or not _whole(table, name, declared):
                found[name] = text
            elif name in spoken:
                column = table.column(name)
                must = column is not None and column.must
                found[name] = self._first.setdefault((table.ref, name), text) if must else None
        return found


def _whole(table: Table, name: str, declared: Mapping[str, str | None]) -> bool:
    return all(set(one.columns) <= set(declared) for one in table.references if name in one.columns)


def _partitioning(table: Table) -> set[str]:
    key = table.partition_key or ""
    return {column.name for column in table.columns if column.name in key}
