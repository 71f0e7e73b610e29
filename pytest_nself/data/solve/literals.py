"""What stands in the texts of constraints and of the functions they call, as hints for values worth trying."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

_STRING = re.compile(r"(?<![\w])[eE]?'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.$'\"])\(?(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])")
_ALL_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_OPERATOR = r"(?:OPERATOR\(\w+\.)?(?:->>?|\?[|&]?)\)?"
_STEP = re.compile(rf"""{_OPERATOR}\s*(?:array\[)?\(*'((?:[^']|'')*)'""", re.IGNORECASE)
_CHAIN = re.compile(
    r"""(?:\)*(?:::\w+)?\s*(?:OPERATOR\(\w+\.)?->>?\)?\s*\(*'(?:[^']|'')*'(?:::text)?\)*)+""", re.IGNORECASE
)
_PATH = re.compile(r"""#>>?\s*\(*'\{([^}']*)\}'""")
_JSONPATH = re.compile(r"'((?:strict |lax )?\$(?:[^']|'')*)'(?:::jsonpath)?")
_JSONPATH_STEP = re.compile(r"""(?P<every>\[[^\]]*\])|\.(?:"(?P<quoted>[^"]+)"|(?P<name>\w+))(?!\s*\()""")
_ARRAY = re.compile(r"^\{(.*)\}$", re.DOTALL)
_LENGTH = re.compile(
    r"(?i)(?:length|cardinality|array_length|array_ndims|array_upper|jsonb_array_length|json_array_length|num_nonnulls"
    r"|num_nulls)\("
)
_T = TypeVar("_T")
_MOST = 200
_LARGEST = Decimal(10) ** 40
EVERY = "*"
"""A step of a path that leads into an array."""
LONGEST = 5000
"""How many characters a value that is tried has at most."""


@dataclass(frozen=True, slots=True)
class Hints:
    """`strings` and `numbers` as they stand there; `lengths` worth trying; `paths` of keys into json.

    `words` are those of functions and types that say how a text is read: json, hex, base64.
    """

    strings: tuple[str, ...] = ()
    numbers: tuple[Decimal, ...] = ()
    lengths: tuple[int, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    words: frozenset[str] = frozenset()


def hints_of(texts: Iterable[str]) -> Hints:
    """All that stands in these texts, in their order."""
    strings: dict[str, None] = {}
    numbers: dict[Decimal, None] = {}
    paths: dict[tuple[str, ...], None] = {}
    counted = False
    texts = list(texts)
    for text in texts:
        for match in _STRING.finditer(text):
            string = match[1].replace("''", "'")
            strings.setdefault(string)
            for part in _elements(string):
                strings.setdefault(part)
            if _ALL_NUMBER.fullmatch(string) and abs(number := Decimal(string)) < _LARGEST:
                numbers.setdefault(number)
        for match in _NUMBER.finditer(_STRING.sub("''", text)):
            if abs(number := Decimal(match[1])) < _LARGEST:
                numbers.setdefault(number)
        for path in _paths(text):
            paths.setdefault(path)
        for match in _JSONPATH.finditer(text):
            strings.update(dict.fromkeys(re.findall(r'[=<>]\s*"([^"]*)"', match[1])))
            numbers.update(dict.fromkeys(map(Decimal, re.findall(r"[=<>]\s*(-?\d+(?:\.\d+)?)", match[1]))))
        counted = counted or _LENGTH.search(text) is not None
    words = frozenset(re.findall(r"json|hex|base64", " ".join(texts)))
    return Hints(
        tuple(strings)[:_MOST],
        tuple(numbers)[:_MOST],
        _lengths(numbers) if counted else (),
        tuple(paths)[:_MOST],
        words,
    )


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))


def _elements(string: str) -> Sequence[str]:
    """The elements of an array that is written as a string."""
    array = _ARRAY.match(string)
    return [part.strip().strip('"') for part in array[1].split(",") if part.strip()] if array else ()


def _lengths(numbers: Iterable[Decimal]) -> tuple[int, ...]:
    near = (int(number) + step for number in numbers for step in (0, -1, 1) if number == number.to_integral_value())
    return _once(length for length in near if 0 <= length <= LONGEST)


def _paths(text: str) -> Iterable[tuple[str, ...]]:
    for chain in _CHAIN.finditer(text):
        yield tuple(match[1].replace("''", "'") for match in _STEP.finditer(chain[0]))
    for match in _STEP.finditer(text):
        yield (match[1].replace("''", "'"),)
    for match in re.finditer(r"\?[|&]\s*\(*ARRAY\[(.*?)\]", text):
        yield from ((string[1],) for string in _STRING.finditer(match[1]))
    for match in _PATH.finditer(text):
        yield tuple(part.strip().strip('"') for part in match[1].split(","))
    for match in _JSONPATH.finditer(text):
        yield from _jsonpaths(match[1])


def _jsonpaths(text: str) -> Iterator[tuple[str, ...]]:
    """The ways that a jsonpath goes: its head, and its head with what each filter looks at."""
    head, *filters = text.split("@")
    first = tuple(EVERY if step["every"] else step["quoted"] or step["name"] for step in _JSONPATH_STEP.finditer(head))
    if first:
        yield first
    for one in filters:
        more = _JSONPATH_STEP.match(one)
        if more is not None:
            yield (*first, more["quoted"] or more["name"] or EVERY)
