"""Values of a column that are worth trying where a check decides: the usual ones, and those at the edges."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_nself.data.shape.model import Column, Table, Type, TypeKind

from .meanings import meaning_of
from .stream import key_of, random_of
from .types import is_text, kind_of

_SOME = 12
_NUMBERS = ("1", "0", "-1", "2", "5", "10", "50", "100", "1000", "2024", "100000")
_FRACTIONS = ("0.5", "0.1", "-0.5", "45.5")
_EDGES = {
    "int2": _NUMBERS[:-1],
    "int4": _NUMBERS,
    "int8": (*_NUMBERS, "10000000000"),
    "float4": (*_NUMBERS, *_FRACTIONS),
    "float8": (*_NUMBERS, *_FRACTIONS),
    "money": ("1", "0", "-1", "100"),
    "interval": ("1 hour", "0", "1 day", "30 days", "-1 day"),
    "date": ("2024-01-01", "2024-06-15", "2000-01-01", "2030-12-31", "1970-01-01"),
    "timestamp": ("2024-01-01 00:00:00", "2024-06-15 12:00:00", "2000-01-01 00:00:00", "2030-12-31 23:00:00"),
    "timestamptz": (
        "2024-01-01 00:00:00+00",
        "2024-06-15 12:00:00+00",
        "2000-01-01 00:00:00+00",
        "2030-12-31 23:00:00+00",
    ),
    "time": ("09:00:00", "12:00:00", "17:30:00", "00:00:00"),
    "json": ("{}", "[]", '{"a": 1}', '["a"]', '"a"', "1"),
    "jsonb": ("{}", "[]", '{"a": 1}', '["a"]', '"a"', "1"),
}
_TEXTS = (
    *(
        "a",
        "A",
        "ab",
        "abc",
        "abcdef",
        "Ab1-cd",
        "1",
        "0",
        "12345",
        "a@example.com",
        "https://example.com/a",
        "/a/b",
        "",
    ),
    *("0123456789abcdef" * 2, "0123456789abcdef" * 4),
)


def candidates_of(column: Column, table: Table) -> Sequence[str | None]:
    """What to try, the likeliest first; null last, where the column takes it. Empty for a type nothing is known of."""
    found: list[str | None] = []
    key = key_of(0, str(table.ref), column.name)
    rows = range(_SOME)
    plain = column.type.plain
    for kind in (meaning_of(column, table), kind_of(column.type)):
        if kind is not None:
            found += kind.draw(random_of(key, 0), rows)
            found += kind.distinct(random_of(key, 1), range(min(_SOME, kind.room)))
    if found and plain.kind is TypeKind.ENUM:
        found = list(plain.labels)
    elif found:
        found += _edges(plain)
    if not column.must:
        found.append(None)
    return list(dict.fromkeys(found))


def _edges(plain: Type) -> Sequence[str]:
    if is_text(plain):
        length = plain.length
        return [one for one in _TEXTS if length is None or len(one) <= length]
    if plain.kind is TypeKind.ARRAY:
        return ["{}"]
    if plain.name == "numeric":
        precision, scale = plain.precision or (12, 2)
        wanted = _NUMBERS if scale <= 0 else (*_NUMBERS, *_FRACTIONS)
        return [one for one in wanted if abs(float(one)) < 10.0 ** (precision - scale)]
    return _EDGES.get(plain.name, ())
