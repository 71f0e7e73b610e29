"""Values worth trying, by type: the usual ones, and those that the texts of the constraints hint at."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_network
from itertools import islice, pairwise, product
from random import Random
from typing import TypeAlias

from pytest_nself.data.shape.model import Type, TypeKind
from pytest_nself.data.strategies.types import is_text, kind_of

from .documents import documents, pairs, quoted
from .literals import LONGEST, Hints
from .moments import Line, line_of
from .regex import like_samples, regex_samples
from .solution import one_of

_SOME = 8
_SAMPLES = 24
"""How many strings are made of one pattern."""
_TEXTS_AT_MOST = 900
_WHOLE = tuple(map(Decimal, (*range(13), 20, 25, 30, 50, 60, 90, 100, 365, 500, 1000, 10_000, -1, -2, -10, -100)))
_FRACTIONS = tuple(map(Decimal, ("0.5", "0.25", "0.1", "0.01", "0.99", "1.5", "-0.5", "99.99")))
_DAYS = (
    *("1900-01-01", "1970-01-01", "1985-06-15", "1999-12-31", "2000-01-01", "2010-03-31", "2030-01-01", "2099-12-31"),
    *(f"2024-01-{day:02d}" for day in range(1, 32)),
    *(f"2024-{month:02d}-{day}" for month in range(2, 13) for day in ("01", "28")),
)
_CLOCKS = ("00:00:00", "09:00:00", "12:30:00", "23:59:59")
_INTERVALS = (
    *("0", "1 second", "1 minute", "15 minutes", "1 hour", "8 hours"),
    *("1 day", "7 days", "30 days", "1 mon", "1 year", "10 years", "-1 day"),
)
_FILLER = "abcdefghijklmnopqrstuvwxyz0123456789"
_BYTE_LENGTHS = (0, 1, 4, 8, 12, 16, 20, 24, 32, 48, 60, 64, 128, 256)
_WORDS = (
    "a",
    "abc",
    "Abc",
    "ABC",
    "a1",
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "example",
    "a@example.com",
    "a.b",
    "a-b",
    "a_b",
)
_SIGNS = tuple("^$[\\(+*?{")
_LISTED = ("one", "two", "three", "four", "five", "six", "seven")


Takes: TypeAlias = Callable[[Type, Sequence[str]], Sequence[str]]
"""Those of the values that a type takes."""


def tries_of(type_: Type, hints: Hints, random: Random, takes: Takes) -> list[str]:
    """Distinct values, the type's usual ones first. Not all of them need be values of the type.

    What is put together (arrays, rows, ranges) is made of parts that `takes` lets through, where a domain asks more.
    """
    return list(dict.fromkeys(islice(_Tries(hints, random, takes).of(type_.plain, 0), 4000)))


@dataclass(frozen=True, slots=True)
class _Tries:
    hints: Hints
    random: Random
    takes: Takes

    def of(self, plain: Type, depth: int) -> Iterator[str]:
        """Values of a type, at some depth of a type that is put together."""
        hints, random = self.hints, self.random
        if plain.kind is TypeKind.ENUM:
            yield from plain.labels
            return
        if depth > 3:
            return
        if (kind := kind_of(plain)) is not None:
            yield from (one for one in kind.draw(random, range(_SOME)) if one is not None)
        if plain.kind is TypeKind.ARRAY and plain.inner is not None:
            yield from self._arrays(plain.inner, depth)
        elif plain.kind is TypeKind.COMPOSITE:
            yield from self._records(plain, depth)
        elif plain.kind in (TypeKind.RANGE, TypeKind.MULTIRANGE) and plain.inner is not None:
            yield from self._ranges(plain, depth)
        elif (line := line_of(plain)) is not None:
            yield from _on_the_line(plain, line, hints)
        elif is_text(plain):
            yield from texts(hints, plain.length, random)
            if "json" in hints.words:
                yield from (one for one in documents(hints, random) if plain.length is None or len(one) <= plain.length)
        elif plain.name in ("json", "jsonb"):
            yield from documents(hints, random)
        elif plain.name == "interval":
            yield from (*_INTERVALS, *hints.strings)
        elif plain.name == "bytea":
            yield from _bytes(hints)
        elif plain.name == "hstore":
            yield from pairs(hints)
        elif plain.name == "ltree":
            yield from (".".join(_LISTED[:count]) for count in (*_small(hints), 1, 2, 3, 4))
            yield from (f"{one}.a1" for one in hints.strings)
        elif plain.name in ("box", "circle", "polygon", "point", "lseg", "path"):
            yield from _figures(plain.name)
        elif plain.name in ("inet", "cidr"):
            yield from (*hints.strings, *_networks(hints))
        elif plain.name in ("bit", "varbit"):
            for length in dict.fromkeys((plain.length or 1, *hints.lengths)):
                yield from ("0" * length, "1" * length, ("01" * length)[:length])
        else:
            yield from hints.strings

    def _arrays(self, inner: Type, depth: int) -> Iterator[str]:
        hints = self.hints
        own = self._parts(inner, depth, 400)
        yield "{}"
        yield from ("{" + quoted(one) + "}" for one in own)
        sizes = [size for size in dict.fromkeys((2, 3, 1, *hints.lengths)) if 0 < size <= 200]
        for size in sizes:
            for start in range(0, min(len(own), 40), 3):
                yield "{" + ",".join(quoted(own[(start + at) % len(own)]) for at in range(size)) + "}"
            yield from ("{" + ",".join([quoted(one)] * size) + "}" for one in own[:3])
        # Those in which the literals stand together.
        literal = [text for text in hints.strings if text in own]
        if literal:
            yield "{" + ",".join(map(quoted, literal[:20])) + "}"
        yield "{null}"

    def _records(self, plain: Type, depth: int) -> Iterator[str]:
        parts = [self._parts(inner, depth, 300) for _, inner in plain.attributes]
        if not all(parts):
            return
        for at in range(max(map(len, parts))):
            yield "(" + ",".join(quoted(part[at % len(part)]) for part in parts) + ")"
        for _ in range(300):
            yield "(" + ",".join(quoted(one_of(self.random, part)) for part in parts) + ")"

    def _ranges(self, plain: Type, depth: int) -> Iterator[str]:
        if plain.kind is TypeKind.MULTIRANGE:
            assert plain.inner is not None
            ranges = self._parts(plain.inner, depth, 300)
            yield from ("{" + one + "}" for one in ranges)
            yield from ("{" + f"{one},{other}" + "}" for one, other in pairwise(ranges))
            yield "{}"
            return
        assert plain.inner is not None
        line = line_of(plain.inner)
        bounds = self._parts(plain.inner, depth, 300)
        if line is not None:
            placed = {text: place for text in bounds if (place := line.place(text)) is not None}
            unit = line.step * (60 if line.step == 60 else 1)
            for text, place in islice(placed.items(), 80):
                for width in (1, 2, 8, 24, 24 * 7):
                    end = line.at(place + unit * width)
                    if end is not None:
                        yield f'["{text}","{end}")'
        for low, high in pairwise(bounds):
            yield from (f'["{low}","{high}")', f'["{low}","{high}"]', f'["{low}","{low}"]')
        yield from (f'["{low}",)' for low in bounds[:60])
        yield from (f'(,"{high}")' for high in bounds[:60])
        yield "empty"

    def _parts(self, inner: Type, depth: int, most: int) -> Sequence[str]:
        found = list(dict.fromkeys(islice(self.of(inner.plain, depth + 1), most)))
        return self.takes(inner, found) if inner.kind is TypeKind.DOMAIN else found


def numbers(hints: Hints, fractions: bool) -> list[Decimal]:
    """Those of the texts with their neighbours, multiples and halves between them; then small ones."""
    near: list[Decimal] = []
    for number in hints.numbers:
        near += [number, number + 1, number - 1, -number]
        if fractions:
            near += [number + Decimal("0.5"), number + Decimal("0.01"), number - Decimal("0.01")]
    known = sorted(set(hints.numbers))
    near += [(low + high) // 2 for low, high in pairwise(known)]
    near += [number * times for number in hints.numbers for times in (2, 3, 4, 5, 10)]
    return list(dict.fromkeys([*near, *_WHOLE, *(_FRACTIONS if fractions else ())]))


def _on_the_line(plain: Type, line: Line, hints: Hints) -> Iterator[str]:
    whole = line.step == 1 and plain.name != "date"
    if plain.name in ("date", "timestamp", "timestamptz", "time"):
        yield from _moments(plain, line, hints)
        return
    for number in numbers(hints, not whole):
        if (not whole or number == number.to_integral_value()) and (text := line.at(number)) is not None:
            yield text


def _moments(plain: Type, line: Line, hints: Hints) -> Iterator[str]:
    day = Decimal(1 if plain.name == "date" else 86_400)
    steps: tuple[Decimal | int, ...] = (0, 1, -1) if plain.name == "date" else (0, day, -day, 1, -1, 3600)
    if plain.name == "time":
        steps = (0, 60, -60, 3600, -3600)
        usual: Iterable[str] = _CLOCKS
    elif plain.name == "date":
        usual = _DAYS
    else:
        usual = (*(f"{one} 00:00:00" for one in _DAYS), *(f"2024-01-{n:02d} {t}" for n in (1, 2, 8) for t in _CLOCKS))
    for text in (*hints.strings, *(f"{int(n)}-01-01" for n in hints.numbers if 1 < n < 9999)):
        place = line.place(text)
        if place is not None:
            yield from (found for step in steps if (found := line.at(place + step)) is not None)
    yield from (found for text in usual if (place := line.place(text)) is not None and (found := line.at(place)))
    yield from (text for text in hints.strings if text in ("infinity", "-infinity"))


def texts(hints: Hints, length: int | None, random: Random) -> Iterator[str]:
    """Strings: the literals, what they match as patterns, what is put together of them, and all lengths asked for."""
    found: dict[str, None] = {}
    lengths = [one for one in hints.lengths if length is None or one <= length]
    literal = [text for text in hints.strings if len(text) <= LONGEST]
    plain = [text for text in literal if not any(sign in text for sign in _SIGNS)]
    samples: list[str] = []
    for text in literal:
        if any(sign in text for sign in (*_SIGNS, "|", ".")):
            samples += regex_samples(text, _SAMPLES, random, lengths=lengths)
        if "%" in text or "_" in text:
            samples += like_samples(text, 6, random)
    found.update(dict.fromkeys((*plain, *samples)))
    for text in plain[:40]:
        found.update(dict.fromkeys((text + "a1", "a1" + text, f"a{text}b", text.upper(), text.lower(), text.title())))
    found.update(dict.fromkeys(_WORDS))
    found.update(dict.fromkeys(_put_together(plain, samples, hints)))
    for number in hints.numbers[:20]:
        found.update(dict.fromkeys((format(number, "f"), format(number + 1, "f"))))
    for size in lengths:
        found.update(dict.fromkeys(_of_length(size, plain)))
        if "base64" in hints.words:
            found.setdefault(b64encode(b"nself" * (size // 5) + b"nself"[: size % 5]).decode())
        if "hex" in hints.words:
            found.setdefault("5a" * size)
    # What looks like a pattern is one mostly; as a value it is no beauty.
    found.update(dict.fromkeys((*literal, "")))
    yield from islice((text for text in found if length is None or len(text) <= length), _TEXTS_AT_MOST)


def _put_together(plain: Sequence[str], samples: Sequence[str], hints: Hints) -> Iterator[str]:
    """Two literals, a literal and what a pattern matches, the same with a short one between, and lists."""
    yield from (text for one in samples[::8] for text in (f"{one} a", f"a {one}"))
    own = plain[:12]
    ends = [*own, *samples[:12], *_WORDS[:2]]
    yield from (f"{one}{other}" for one, other in islice(product(own, ends), 160))
    yield from (f"{one}{other}" for one, other in islice(product(samples[:12], own), 80))
    short = [text for text in plain if 0 < len(text) <= 3][:4]
    yield from (f"{one}{sign}{other}" for sign in short for one, other in islice(product(ends, repeat=2), 80))
    counts = _small(hints)
    yield from (
        sign.join((*_LISTED, *_LISTED)[: count + more]) for sign in short for count in counts for more in (0, 1)
    )


def _small(hints: Hints) -> list[int]:
    """The numbers that may be how many parts there are."""
    return [int(number) for number in hints.numbers if 1 < number <= 12 and number == number.to_integral_value()]


def _bytes(hints: Hints) -> Iterator[str]:
    lengths = list(dict.fromkeys((*_BYTE_LENGTHS, *hints.lengths)))
    heads = ["", *(text[2:] for text in hints.strings if text.startswith("\\x"))]
    heads += [f"{int(number):02x}" for number in hints.numbers if 0 <= number <= 255]
    for head in heads:
        yield from ("\\x" + head + "5a" * (length - len(head) // 2) for length in lengths if length >= len(head) // 2)
    yield from hints.strings


def _figures(name: str) -> Iterator[str]:
    for size in (1, 2, 3, 5, 10, 50, 100, 1000):
        corners = f"({size},{size})"
        yield {
            "box": f"{corners},(0,0)",
            "circle": f"<(1,1),{size}>",
            "point": corners,
            "lseg": f"[(0,0),{corners}]",
            "path": f"[(0,0),{corners}]",
            "polygon": f"((0,0),({size},0),{corners},(0,{size}))",
        }[name]
        if name == "point":
            yield f"(-{size},{size})"


def _of_length(size: int, plain: Sequence[str]) -> Iterator[str]:
    letters = _FILLER[:26] * (size // 26 + 1)
    digits = "1234567890" * (size // 10 + 1)
    yield from (letters[:size], letters[:size].upper(), letters[:size].title(), digits[:size], ("a1" * size)[:size])
    for text in plain[:12]:
        if text and len(text) < size:
            rest = size - len(text)
            yield from (text + letters[:rest], text + digits[:rest], letters[:rest] + text)


def _networks(hints: Hints) -> Iterator[str]:
    asked = [int(number) for number in hints.numbers if 0 <= number <= 128]
    for mask in dict.fromkeys((*asked, 24, 32, 16, 8)):
        if mask <= 32:
            yield from (
                str(ip_network(((10 << 24) + (at << 32 - mask) & 0xFFFFFFFF, mask), strict=False)) for at in range(150)
            )
        yield from (
            str(ip_network(((0x20010DB8 << 96) + (at << 128 - mask) & (1 << 128) - 1, mask), strict=False))
            for at in range(20)
        )
    yield from (f"10.0.0.{at}" for at in range(1, 100))
