"""Keys from labels: chosen before anything is sent, the same on every machine.

A uuid is uuid5 of the project and `table/label`. A whole number lies in the upper half of what its type holds, where no
sequence comes near; rows whose numbers would be the same get the next free one. A text is the label itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Column, Type, TypeKind

_LARGEST = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1, "oid": 2**32 - 1}
TEXTS = ("text", "varchar", "bpchar", "citext", "name")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a sequence stands: the number it gives next, and by how much the one after that differs."""

    following: int
    increment: int


def written_table(table: ObjectRef) -> str:
    """The table as keys see it: `users`, or `app.users` outside public."""
    return table.name if table.schema in (None, "public") else f"{table.schema}.{table.name}"


def key_text(
    project: str, table: ObjectRef, label: str, column: Column, taken: Collection[int], position: Position | None = None
) -> str | None:
    """The key of a label, as text; None where the column's type has no keys from labels or no number is left."""
    kind = column.type.plain
    if kind.kind is not TypeKind.BASE:
        return None
    name = f"{written_table(table)}/{label}"
    if kind.name == "uuid":
        return str(uuid5(uuid5(NAMESPACE_URL, f"nself:{project}"), name))
    if kind.name in TEXTS:
        return label if kind.length is None or len(label) <= kind.length else None
    largest = largest_number(column.type)
    if largest is None or largest < 2:
        return None
    number = _number(f"{project}/{name}", *_span(largest, position), taken)
    return None if number is None else str(number)


def largest_number(kind: Type) -> int | None:
    """The largest whole number that a type holds; None if it holds none."""
    plain = kind.plain
    if plain.kind is not TypeKind.BASE or plain.schema != "pg_catalog":
        return None
    if plain.name == "numeric":
        digits = kind.precision
        return _LARGEST["int8"] if digits is None else min(10 ** max(digits[0] - digits[1], 0) - 1, _LARGEST["int8"])
    return _LARGEST.get(plain.name)


def _span(largest: int, position: Position | None) -> tuple[int, int]:
    """The first and the last number to choose from: the upper half, without what a sequence there gives soon."""
    first = largest // 2 + 1
    if position is None:
        return first, largest
    soon = (largest - first) // 4
    low = position.following if position.increment > 0 else position.following - soon
    high = low + soon
    if high < first or low > largest:
        return first, largest
    return max((first, low - 1), (high + 1, largest), key=lambda span: span[1] - span[0])


def _number(name: str, first: int, last: int, taken: Collection[int]) -> int | None:
    size = last - first + 1
    if size <= 0:
        return None
    start = int.from_bytes(sha256(name.encode()).digest()[:16], "big") % size
    for step in range(min(size, len(taken) + 1)):
        number = first + (start + step) % size
        if number not in taken:
            return number
    return None
