"""Values by type: every type that PostgreSQL brings, those of its usual extensions, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from pytest_nself.data.shape.model import Type, TypeKind

from .kinds import ENDLESS, Kind, base36, listed, mapped, numbered
from .stream import Values, below, chosen
from .words import words

BASE = datetime(2024, 1, 1, tzinfo=UTC)
"""The instant from which all dates are counted: fixed, so that no row depends on the day it is made."""

_DEEPEST = 4
_WHOLE = {"int2": 32_000, "int4": 2_000_000_000, "int8": 1 << 60}
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "citext", "char"})


def kind_of(type_: Type, depth: int = 0) -> Kind | None:
    """What the type gives, domains' checks left aside; None for a type that nothing is known of."""
    plain = type_.plain
    if plain.kind is TypeKind.ENUM:
        return listed(plain.labels) if plain.labels else None
    if depth > _DEEPEST:
        return None
    if plain.name in ("int2vector", "oidvector") and plain.schema == "pg_catalog":
        return numbered(lambda number: f"{number % 30_000} {number // 30_000}", 30_000 * 30_000)
    if plain.kind is TypeKind.ARRAY:
        return _array(plain, depth)
    if plain.kind is TypeKind.COMPOSITE:
        return _composite(plain, depth)
    if plain.kind is TypeKind.RANGE:
        return _range(plain)
    if plain.kind is TypeKind.MULTIRANGE:
        inner = None if plain.inner is None else _range(plain.inner)
        return None if inner is None else mapped(inner, _braced)
    if plain.schema == "pg_catalog" and plain.name in _WHOLE:
        return whole(_WHOLE[plain.name])
    if plain.name in _TEXTS:
        return texts(1 if plain.name == "char" else 63 if plain.name == "name" else plain.length)
    if plain.name == "numeric":
        return numeric(*(plain.precision or (12, 2)))
    if plain.name in ("bit", "varbit"):
        return _bits(plain.length or 8)
    if plain.extension is not None or plain.schema == "pg_catalog":
        if plain.name in ("vector", "halfvec", "sparsevec"):
            return _vector(plain)
        return _simple().get(plain.name)
    return None


def is_text(type_: Type) -> bool:
    """Whether any text is a value, but for its length."""
    return type_.plain.kind is TypeKind.BASE and type_.plain.name in _TEXTS


def whole(room: int, usual: int = 1000) -> Kind:
    """Whole numbers from 1."""
    texts = list(map(str, range(1, min(room, usual) + 1)))
    return Kind(
        lambda random, rows: chosen(random, texts, len(rows)),
        lambda number: str(number + 1),
        room,
        lambda _, rows: list(map(str, range(rows.start + 1, rows.stop + 1))),
        steady=True,
    )


def numeric(precision: int, scale: int) -> Kind:
    """Numbers with that many digits in all and behind the point (a scale below 0 rounds before it)."""
    room = 10 ** max(0, precision)

    def nth(number: int) -> str:
        if scale <= 0:
            return str(number) + "0" * -scale if number else "0"
        before, behind = divmod(number, 10**scale)
        return f"{before}.{behind:0{scale}d}"

    # Small amounts look like those of real rows: up to a thousand before the point.
    top = min(room, 1000 * 10 ** max(0, scale))

    def draw(random: Random, rows: range) -> Values:
        return [nth(one + 1) for one in below(random, top - 1, len(rows))] if top > 1 else ["0"] * len(rows)

    return Kind(draw, nth, room)


def texts(length: int | None) -> Kind:
    """A few words, as long as the type allows; where they must differ, with a number."""
    known = words("words")
    if length is not None and length < 12:
        short = [one[:length] for one in known]
        return Kind(
            lambda random, rows: chosen(random, short, len(rows)),
            lambda number: base36(number, length),
            36**length,
        )
    if length is not None and length < 24:
        return Kind(
            lambda random, rows: chosen(random, known, len(rows)),
            lambda number: f"{base36(number, 6)}-{known[number % len(known)]}"[:length],
            36**6,
        )

    def draw(random: Random, rows: range) -> Values:
        first, second = chosen(random, known, len(rows)), chosen(random, known, len(rows))
        return [f"{one} {two}" for one, two in zip(first, second, strict=True)]

    def apart(random: Random, rows: range) -> Values:
        return [f"{one}-{row}" for one, row in zip(chosen(random, known, len(rows)), rows, strict=True)]

    return Kind(draw, lambda number: f"{known[number % len(known)]}-{number}", ENDLESS, apart)


def _array(type_: Type, depth: int) -> Kind | None:
    inner = None if type_.inner is None else kind_of(type_.inner, depth + 1)
    if inner is None:
        return None

    def draw(random: Random, rows: range) -> Values:
        sizes = chosen(random, (1, 2, 3), len(rows))
        values = iter(inner.draw(random, range(sum(sizes))))
        return [_braced(",".join(_element(next(values)) for _ in range(size))) for size in sizes]

    def apart(random: Random, rows: range) -> Values:
        return [_braced(_element(one)) for one in inner.distinct(random, rows)]

    return Kind(draw, lambda number: _braced(_element(inner.nth(number))), inner.room, apart)


def _element(value: str | None) -> str:
    """A value inside an array."""
    if value is None:
        return "null"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _braced(text: str) -> str:
    return "{" + text + "}"


def _record(values: Iterable[str | None]) -> str:
    """A composite value."""
    return f"({','.join('' if one is None else _element(one) for one in values)})"


def _composite(type_: Type, depth: int) -> Kind | None:
    parts = [(inner, kind_of(inner, depth + 1)) for _, inner in type_.attributes]
    if not parts or any(kind is None and inner.must for inner, kind in parts):
        return None
    kinds = [kind for _, kind in parts]
    widest = max((kind.room for kind in kinds if kind is not None), default=0)
    at = next((number for number, kind in enumerate(kinds) if kind is not None and kind.room == widest), -1)

    def made(random: Random, rows: range, *, apart: bool) -> Values:
        columns = [
            [None] * len(rows)
            if kind is None
            else kind.distinct(random, rows)
            if apart and number == at
            else kind.draw(random, rows)
            for number, kind in enumerate(kinds)
        ]
        return [_record(row) for row in zip(*columns, strict=True)]

    def nth(number: int) -> str:
        return _record([None if kind is None else kind.nth(number if n == at else 0) for n, kind in enumerate(kinds)])

    return Kind(
        lambda random, rows: made(random, rows, apart=False),
        nth,
        widest,
        lambda random, rows: made(random, rows, apart=True),
    )


_STEPS: Mapping[str, Callable[[int], str]] = {
    "int4": lambda number: str(number * 10),
    "int8": lambda number: str(number * 10),
    "numeric": lambda number: str(number * 10),
    "date": lambda number: (date(2000, 1, 1) + timedelta(days=3 * number)).isoformat(),
    "timestamp": lambda number: instant(number * 7200 - 700_000_000, zone=False),
    "timestamptz": lambda number: instant(number * 7200 - 700_000_000),
}


def _range(type_: Type) -> Kind | None:
    """Ranges that never touch each other: an exclusion constraint is content with any two of them."""
    if type_.inner is None:
        return None
    subtype = type_.inner.plain
    steps = _STEPS.get(subtype.name)
    if steps is not None and subtype.kind is TypeKind.BASE:
        room = {"int4": 200_000_000, "date": 900_000}.get(subtype.name, 30_000_000)
        return numbered(lambda number: f'["{steps(number)}","{steps(number + 1)}")', room)
    inner = kind_of(subtype)
    if inner is None or not inner.room:
        return None
    return mapped(inner, lambda text: f"[{_element(text)},{_element(text)}]")


def _bits(length: int) -> Kind:
    return numbered(lambda number: f"{number:0{length}b}", 2 ** min(length, 62), 2 ** min(length, 16))


def _vector(type_: Type) -> Kind:
    size = type_.modifier if type_.modifier > 0 else 3
    if type_.name == "sparsevec":
        return numbered(lambda number: _braced(f"1:{number + 1}.5") + f"/{size}", 1 << 20)

    def draw(random: Random, rows: range) -> Values:
        once = random.random
        return [f"[{','.join(f'{once():.4f}' for _ in range(size))}]" for _ in rows]

    rest = ",0.5" * (size - 1)
    return Kind(draw, lambda number: f"[{number}{rest}]", 1 << 20 if type_.name == "vector" else 1000)


def instant(seconds: int, *, zone: bool = True) -> str:
    """The instant so many seconds after the base, as PostgreSQL reads it."""
    text = (BASE + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")
    return text + "+00" if zone else text


def _uuids() -> Kind:
    def draw(random: Random, rows: range) -> Values:
        # Version 4: random but for six bits.
        data = random.randbytes(16 * len(rows)).hex()
        variants = chosen(random, "89ab", len(rows))
        cut = zip(range(0, 32 * len(rows), 32), variants, strict=True)
        return [
            f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{variant}{one[17:20]}-{one[20:]}"
            for one, variant in ((data[at : at + 32], variant) for at, variant in cut)
        ]

    return Kind(draw, lambda number: f"00000000-0000-4000-8000-{number:012x}", 1 << 48, draw)


def _floats(usual: float, room: int) -> Kind:
    def draw(random: Random, rows: range) -> Values:
        once = random.random
        return [f"{once() * usual:.2f}" for _ in rows]

    return Kind(draw, lambda number: f"{number}.5", room)


def _bytes() -> Kind:
    def draw(random: Random, rows: range) -> Values:
        data = random.randbytes(8 * len(rows)).hex()
        return ["\\x" + data[at : at + 16] for at in range(0, 16 * len(rows), 16)]

    return Kind(draw, lambda number: f"\\x{number:016x}", ENDLESS)


@cache
def _simple() -> Mapping[str, Kind]:
    return dict(_listed_types())


def _listed_types() -> Iterator[tuple[str, Kind]]:
    clock = "{:02d}:{:02d}:{:02d}"
    known = words("words")

    def time(number: int) -> str:
        seconds, fraction = number % 86_400 * 7919 % 86_400, number // 86_400
        text = clock.format(seconds // 3600, seconds // 60 % 60, seconds % 60)
        return f"{text}.{fraction:06d}" if fraction else text

    def document(number: int) -> str:
        return _braced(f'"{known[number % len(known)]}": {number}')

    yield "bool", listed(("true", "false"))
    yield "uuid", _uuids()
    yield "float4", _floats(1000, 1 << 23)
    yield "float8", _floats(1000, 1 << 50)
    yield "money", numbered(lambda number: f"{number // 100}.{number % 100:02d}", ENDLESS)
    yield "bytea", _bytes()
    yield "date", numbered(lambda number: (date(2000, 1, 1) + timedelta(days=number)).isoformat(), 2_900_000, 9000)
    yield "timestamp", numbered(lambda number: instant(number * 60 - 63_000_000, zone=False), 4_000_000_000, 1_000_000)
    yield "timestamptz", numbered(lambda number: instant(number * 60 - 63_000_000), 4_000_000_000, 1_000_000)
    yield "time", numbered(time, 86_400 * 1_000_000, 86_400)
    yield "timetz", numbered(lambda number: time(number) + "+00", 86_400 * 1_000_000, 86_400)
    yield "interval", numbered(lambda number: f"{number + 1} minutes", 1 << 30)
    yield "json", numbered(document, ENDLESS)
    yield "jsonb", numbered(document, ENDLESS)
    yield "jsonpath", numbered(lambda number: f"$.a{number}", ENDLESS)
    yield "xml", numbered(lambda number: f"<a>{number}</a>", 0)
    yield "inet", numbered(lambda number: f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 1 << 24)
    yield "cidr", numbered(lambda number: f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/32", 1 << 24)
    yield "macaddr", numbered(lambda number: _colons(f"{number | 1 << 41:012x}"), 1 << 40, 1 << 40)
    yield "macaddr8", numbered(lambda number: _colons(f"{number | 1 << 57:016x}"), 1 << 56, 1 << 40)
    yield "point", numbered(lambda number: f"({number % 1000},{number // 1000})", ENDLESS)
    yield "line", numbered(lambda number: _braced(f"1,-1,{number}"), ENDLESS)
    yield "lseg", numbered(lambda number: f"[({number},0),({number},1)]", ENDLESS)
    yield "box", numbered(lambda number: f"({2 * number + 1},1),({2 * number},0)", ENDLESS)
    yield "path", numbered(lambda number: f"[({number},0),({number},1)]", ENDLESS)
    yield "polygon", numbered(lambda number: f"(({2 * number},0),({2 * number + 1},0),({2 * number},1))", ENDLESS)
    yield "circle", numbered(lambda number: f"<({number},0),0.25>", ENDLESS)
    yield "tsvector", numbered(lambda number: f"'{known[number % len(known)]}' 'n{number}'", ENDLESS)
    yield "tsquery", numbered(lambda number: f"'{known[number % len(known)]}' & 'n{number}'", ENDLESS)
    yield "oid", whole(1 << 31)
    yield "xid", whole(1 << 31)
    yield "xid8", whole(1 << 31)
    yield "cid", whole(1 << 31)
    yield "tid", numbered(lambda number: f"({number // 100},{number % 100 + 1})", 1 << 31)
    yield "pg_lsn", numbered(lambda number: f"{number >> 32:X}/{number & 0xFFFFFFFF:X}", ENDLESS)
    yield "pg_snapshot", numbered(lambda number: f"{number + 1}:{number + 1}:", ENDLESS)
    yield "txid_snapshot", numbered(lambda number: f"{number + 1}:{number + 1}:", ENDLESS)
    yield "hstore", numbered(lambda number: f'"{known[number % len(known)]}"=>"{number}"', ENDLESS)
    yield "ltree", numbered(lambda number: f"{known[number % len(known)]}.n{number}", ENDLESS)
    yield "lquery", numbered(lambda number: f"*.n{number}", 0)
    yield "ltxtquery", numbered(lambda number: f"n{number}", 0)
    yield "cube", numbered(lambda number: f"({number})", 1 << 50)
    yield "seg", numbered(lambda number: f"{number}", 100_000)
    yield "lo", whole(1 << 31)
    yield "isbn", numbered(_isbn, 1_000_000)
    yield "isbn13", numbered(_isbn, 1_000_000)
    yield "ean13", numbered(_isbn, 1_000_000)
    yield "issn", listed(("0317-8471", "1436-4522", "2049-3630"))
    yield "ismn", listed(("M-060-11561-5", "M-2306-7118-7"))
    yield "upc", listed(("036000291452", "012345678905"))
    yield "query_int", numbered(lambda number: f"{number}&1", 0)
    yield "geometry", numbered(lambda number: f"POINT({number % 180} {number // 180 % 90})", 16_000)
    yield "geography", numbered(lambda number: f"POINT({number % 180} {number // 180 % 90})", 16_000)
    for name in ("regtype", "regclass", "regproc", "regprocedure", "regrole", "regnamespace"):
        yield name, listed((_SYSTEM[name],))
    for name in ("regoper", "regoperator", "regconfig", "regdictionary", "regcollation"):
        yield name, listed((_SYSTEM[name],))
    yield "refcursor", numbered(lambda number: f"cursor{number}", 0)


_SYSTEM = {
    "regtype": "integer",
    "regclass": "pg_catalog.pg_class",
    "regproc": "pg_catalog.now",
    "regprocedure": "pg_catalog.now()",
    "regrole": "pg_database_owner",
    "regnamespace": "pg_catalog",
    "regoper": "pg_catalog.||/",
    "regoperator": "pg_catalog.=(integer,integer)",
    "regconfig": "pg_catalog.simple",
    "regdictionary": "pg_catalog.simple",
    "regcollation": 'pg_catalog."C"',
}


def _colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _isbn(number: int) -> str:
    digits = f"978{number:09d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
