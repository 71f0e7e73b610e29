"""Values by type, as SQL: distinct from row to row where the type has room for that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_nself.core.names import quote_literal

NOTHING = "null"


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type: the name that the server gives it, or what stands behind a type of the schema's own.

    `literals` are those of a domain's checks.
    """

    name: str
    labels: tuple[str, ...] = ()
    subtype: Type | None = None
    composite: bool = False
    array: bool = False
    not_null: bool = False
    literals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taste:
    """One way to fill: how many rows, whether only what must be, and whether with the second choice of values."""

    rows: int = 3
    required_only: bool = False
    second: bool = False


_SIMPLE = {
    "boolean": ("true", "false"),
    "date": ("'2024-01-{day}'", "'2030-12-{day}'"),
    "timestamp without time zone": ("'2024-01-{day} 12:00:00'", "'2030-12-{day} 12:00:00'"),
    "timestamp with time zone": ("'2024-01-{day} 12:00:00+00'", "'2030-12-{day} 12:00:00+00'"),
    "time without time zone": ("'12:00:{day}'", "'23:00:{day}'"),
    "time with time zone": ("'12:00:{day}+00'", "'23:00:{day}+00'"),
    "interval": ("'{n} days'", "'{n} hours'"),
    "uuid": ("'00000000-0000-4000-8000-{n:012d}'", "'10000000-0000-4000-8000-{n:012d}'"),
    "json": ("'{{\"a\": {n}}}'", "'[]'"),
    "jsonb": ("'{{\"a\": {n}}}'", "'[]'"),
    "bytea": ("'\\x{n:02x}'", "'\\x00{n:02x}'"),
    "inet": ("'10.0.0.{n}'", "'2001:db8::{n}'"),
    "cidr": ("'10.0.{n}.0/24'", "'2001:db8:{n}::/48'"),
    "macaddr": ("'08:00:2b:01:02:{n:02x}'",) * 2,
    "macaddr8": ("'08:00:2b:01:02:03:04:{n:02x}'",) * 2,
    "money": ("'{n}'",) * 2,
    "xml": ("'<a>{n}</a>'",) * 2,
    "point": ("'({n},{n})'",) * 2,
    "line": ("'{{1,-1,{n}}}'",) * 2,
    "lseg": ("'[({n},0),(0,{n})]'",) * 2,
    "box": ("'({n},{n}),(0,0)'",) * 2,
    "path": ("'[({n},0),(0,{n})]'",) * 2,
    "polygon": ("'((0,0),({n},0),(0,{n}))'",) * 2,
    "circle": ("'<({n},{n}),{n}>'",) * 2,
    "tsvector": ("'word{n}'",) * 2,
    "tsquery": ("'word{n}'",) * 2,
    "oid": ("'{n}'",) * 2,
    "pg_lsn": ("'0/{n}'",) * 2,
    "int4range": ("'[{n}0,{n}5)'",) * 2,
    "int8range": ("'[{n}0,{n}5)'",) * 2,
    "numrange": ("'[{n}0,{n}5)'",) * 2,
    "daterange": ("'[2024-0{n}-01,2024-0{n}-05)'",) * 2,
    "tsrange": ("'[2024-0{n}-01,2024-0{n}-05)'",) * 2,
    "tstzrange": ("'[2024-0{n}-01 00:00+00,2024-0{n}-05 00:00+00)'",) * 2,
    "int4multirange": ("'{{[{n}0,{n}5)}}'",) * 2,
    "hstore": ("'a=>{n}'",) * 2,
    "ltree": ("'a.b{n}'",) * 2,
    "lquery": ("'a.*'",) * 2,
    "cube": ("'({n})'",) * 2,
    "isbn": ("'978-0-393-04002-9'",) * 2,
    "semver": ("'1.0.{n}'",) * 2,
}
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_TEXTS = frozenset({"text", "character varying", "character", "name", "citext", '"char"', "bpchar"})
_MODIFIER = re.compile(r"\((\d+)(?:,(-?\d+))?\)")
_GEOMETRY = re.compile(r"(?i)^(?:geometry|geography)")


def value(type_: Type, literals: tuple[str, ...], row: int, taste: Taste) -> str:
    """A value of the type for this row, as SQL; `null` where none is known."""
    if type_.array:
        one = value(_bare(type_), literals, row, taste)
        return NOTHING if one == NOTHING else f"array[{one}]::{_cast(type_)}[]"
    if type_.composite:
        return NOTHING
    if type_.labels:
        return quote_literal(type_.labels[(row + taste.second) % len(type_.labels)])
    if type_.subtype is not None:
        low = value(type_.subtype, (), 0, taste)
        return NOTHING if low == NOTHING else quote_literal(f"[{low.strip(chr(39))},{low.strip(chr(39))}]")
    bare = _MODIFIER.sub("", type_.name)
    match = _MODIFIER.search(type_.name)
    if bare in _NUMBERS:
        return _number(bare, match, literals, row, taste)
    if bare in _TEXTS:
        return _text(int(match[1]) if match else (1 if bare in ('"char"', "character") else None), literals, row, taste)
    if bare in ("bit", "bit varying"):
        size = int(match[1]) if match else 1
        return f"B'{format((row + 1) % 2 ** min(size, 8), 'b').zfill(size)[-size:]}'"
    if literals and taste.second:
        return quote_literal(literals[row % len(literals)])
    if bare == "boolean":
        return ("true", "false")[(row + taste.second) % 2]
    if bare in ("vector", "halfvec"):
        return quote_literal(str([row + 1] * int(match[1] if match else 3)))
    if _GEOMETRY.match(bare):
        return NOTHING
    if bare in _SIMPLE:
        return _SIMPLE[bare][taste.second].format(n=row + 1, day=f"{row + 1:02d}")
    return NOTHING


def _bare(type_: Type) -> Type:
    return Type(type_.name, type_.labels, type_.subtype, type_.composite)


def _cast(type_: Type) -> str:
    return type_.name


def _number(bare: str, match: re.Match[str] | None, literals: tuple[str, ...], row: int, taste: Taste) -> str:
    numbers = [float(one) for one in literals if re.fullmatch(r"-?\d+(?:\.\d+)?", one)]
    whole = bare in ("smallint", "integer", "bigint")
    if numbers and taste.second:
        low, high = min(numbers), max(numbers)
        middle = (low + high) / 2 if low != high else high
        number = middle + row if whole else middle + row / 10
        return str(int(number)) if whole else str(number)
    if match is not None and bare == "numeric":
        digits, scale = int(match[1]), int(match[2] or 0)
        room = 10 ** max(0, digits - scale)
        number = (row + 1) % room if room > 1 else 0
        return f"{number}.{'5' if digits > scale - 1 and scale > 0 else '0'}" if scale > 0 else str(number)
    return str(row + 1) if whole else f"{row + 1}.5"


def _text(size: int | None, literals: tuple[str, ...], row: int, taste: Taste) -> str:
    words = [
        one for one in literals if not re.fullmatch(r"-?\d+(?:\.\d+)?", one) and not re.search(r"[\^$*+?\\%]", one)
    ]
    if words and not taste.second:
        word = words[row % len(words)]
    elif any("@" in one for one in literals) or (taste.second and not literals):
        word = f"user{row + 1}@example.com"
    elif taste.second and (lengths := [int(one) for one in literals if one.isdigit() and 0 < int(one) < 1000]):
        word = f"{row + 1}".rjust(max(lengths), "a")
    elif any("http" in one for one in literals):
        word = f"https://example.com/{row + 1}"
    else:
        word = f"text {row + 1}"
    if size is not None and len(word) > size:
        word = (chr(ord("a") + row) * size) if size < 3 else word[: size - 1] + str(row + 1)
    return quote_literal(word)
