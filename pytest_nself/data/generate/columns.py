"""Which columns are written, and of what kind their values are."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from pytest_nself.data.shape.model import Column, Table, TypeKind
from pytest_nself.data.strategies.kinds import Kind, shifted
from pytest_nself.data.strategies.meanings import meaning_of
from pytest_nself.data.strategies.types import is_text, kind_of, whole

from .existing import WHOLE, Existing
from .keys import ROOMY
from .times import TIMES

_ROOMS = {"int2": 32_767, "int4": 2_147_483_647, "oid": 4_294_967_295}
_VARIED = frozenset({"bool", "uuid", *TIMES})
_PLAIN_DEFAULT = re.compile(r"(?is)^\(*(?:'(?:[^']|'')*'|[-+]?[\d.]+|true|false|null)\)*(?:::[\w\s\"().,\[\]]+)?$")


@dataclass(frozen=True, slots=True)
class Making:
    """How a column is made: at random, and (shifted behind what is in the table) so that no two rows are alike."""

    column: Column
    kind: Kind
    apart: Kind
    rank: int
    counts: bool = False


def counts(column: Column) -> bool:
    """Whether a sequence gives the column its values."""
    plain = column.type.plain
    return plain.name in WHOLE and (column.sequence is not None or column.identity is not None)


def making_of(column: Column, table: Table, existing: Existing) -> Making | None:
    """How to make a column; None for a type that nothing is known of."""
    plain = column.type.plain
    by_type = kind_of(column.type)
    if by_type is None:
        return None
    if plain.name in WHOLE and plain.schema == "pg_catalog":
        # What is behind the greatest number in the table is free, and so is what the sequence has not given yet.
        first = existing.next.get(column.name, 1)
        room = _ROOMS.get(plain.name, 1 << 60)
        if plain.name == "numeric":
            precision, scale = plain.precision or (18, 0)
            room = 10 ** max(0, precision - max(0, scale))
        numbers = shifted(whole(max(0, room - 1)), first - 1)
        meant = None if counts(column) else meaning_of(column, table)
        return Making(column, meant or by_type, numbers, 0 if counts(column) else 3, counts(column))
    kind = meaning_of(column, table) or by_type
    apart = kind if kind.room >= ROOMY or by_type.room < kind.room else by_type
    if apart.room >= ROOMY:
        apart = shifted(apart, existing.rows)
    return Making(column, kind, apart, _rank(column))


def _rank(column: Column) -> int:
    plain = column.type.plain
    if plain.name == "uuid":
        return 1
    if is_text(column.type):
        return 2
    return 4 if plain.name in TIMES or plain.kind is TypeKind.RANGE else 5


def keeps_default(column: Column, table: Table, needed: Collection[str]) -> bool:
    """Whether the server shall fill the column: its default says more than its type does.

    `needed` are columns that must be known: those of keys, references and checks.
    """
    if column.default is None or column.name in needed or counts(column):
        return False
    plain = column.type.plain
    if plain.kind is TypeKind.ENUM or plain.name in _VARIED:
        return False
    if is_text(column.type) or plain.name in WHOLE or plain.name in ("float4", "float8"):
        return meaning_of(column, table) is None or _PLAIN_DEFAULT.match(column.default) is None
    return True
