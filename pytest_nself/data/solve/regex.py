"""Strings that PostgreSQL's regular expressions are likely to match; the server decides whether they do."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from .solution import below, one_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_UPPER = _LETTERS.upper()
_DIGITS = "0123456789"
_PUNCTUATION = "-_.!@#%&*+/:,;=?~"
_ORDINARY = _LETTERS + _DIGITS
_NAMED = {
    "alpha": _LETTERS + _UPPER,
    "lower": _LETTERS,
    "upper": _UPPER,
    "digit": _DIGITS,
    "alnum": _LETTERS + _UPPER + _DIGITS,
    "xdigit": _DIGITS + "abcdef" + "ABCDEF",
    "punct": _PUNCTUATION,
    "space": " ",
    "blank": " ",
    "print": _ORDINARY + _UPPER + " " + _PUNCTUATION,
    "graph": _ORDINARY + _UPPER + _PUNCTUATION,
    "cntrl": "\t",
    "word": _ORDINARY + _UPPER + "_",
}
_ESCAPES = {"d": _DIGITS, "w": _ORDINARY + _UPPER + "_", "s": " "}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b", "b": "\b", "B": "\\"}
_ALL = _ORDINARY + _UPPER + " " + _PUNCTUATION
_EMPTY_ESCAPES = frozenset("AZmMyY")
_MORE = 6
"""How many times more than it must an open quantifier repeats at most, where no length is asked for."""
_LONGEST = 4000


@dataclass(slots=True)
class _Chars:
    """One of these characters."""

    choices: str


@dataclass(slots=True)
class _Sequence:
    parts: list[_Node] = field(default_factory=list)


@dataclass(slots=True)
class _Choice:
    """One of several; `number` is the group's, for references back to it."""

    branches: list[_Node]
    number: int | None = None


@dataclass(slots=True)
class _Repeat:
    node: _Node
    low: int
    high: int | None


@dataclass(slots=True)
class _Same:
    """What group `number` matched."""

    number: int


_Node: TypeAlias = _Chars | _Sequence | _Choice | _Repeat | _Same


def regex_samples(pattern: str, count: int, random: Random, *, lengths: Collection[int] = ()) -> list[str]:
    """Up to `count` distinct strings, the shortest first; none where the pattern cannot be read.

    `lengths` are those that others ask of the same string: open quantifiers try to come out there.
    """
    try:
        tree = _Reader(pattern).read()
    except (ValueError, IndexError, RecursionError):
        return []
    found: dict[str, None] = {}
    for tries in range(count * 3):
        if len(found) >= count:
            break
        wanted = None if tries < 2 or not lengths or tries % 2 else sorted(lengths)[tries // 2 % len(lengths)]
        sample = _sample(tree, random, "least" if tries == 0 else "most" if tries == 1 else "any", wanted)
        if len(sample) <= _LONGEST and "\0" not in sample:
            found.setdefault(sample)
    return list(found)


def like_samples(pattern: str, count: int, random: Random) -> list[str]:
    """Up to `count` distinct strings for a pattern of `like`."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    found: dict[str, None] = {}
    for tries in range(count * 2):
        if len(found) >= count:
            break
        text = ""
        for part in parts:
            if part == "%":
                text += "".join(random.choices(_ORDINARY, k=0 if tries == 0 else below(random, _MORE)))
            elif part == "_":
                text += one_of(random, _ORDINARY)
            else:
                text += part[-1]
        found.setdefault(text)
    return list(found)


@dataclass(slots=True)
class _Sampler:
    """`extra` are repetitions that are still to be spent where a quantifier takes more than it must have."""

    random: Random
    mode: str
    extra: int = 0
    groups: dict[int, str] = field(default_factory=dict)

    def of(self, node: _Node) -> str:
        if isinstance(node, _Chars):
            return one_of(self.random, node.choices)
        if isinstance(node, _Sequence):
            return "".join(self.of(part) for part in node.parts)
        if isinstance(node, _Choice):
            text = self.of(one_of(self.random, node.branches))
            if node.number is not None:
                self.groups[node.number] = text
            return text
        if isinstance(node, _Same):
            return self.groups.get(node.number, "")
        return "".join(self.of(node.node) for _ in range(self._times(node)))

    def _times(self, node: _Repeat) -> int:
        if self.mode == "least":
            more = self.extra if node.high is None else min(self.extra, node.high - node.low)
            self.extra -= more
            return node.low + more
        high = node.low + _MORE if node.high is None else min(node.high, node.low + 40)
        return high if self.mode == "most" else node.low + below(self.random, high - node.low + 1)


def _sample(tree: _Node, random: Random, mode: str, wanted: int | None) -> str:
    if wanted is None:
        return _Sampler(random, mode).of(tree)
    # Branches are chosen anew each time, so what comes out may still be of another length.
    least = _Sampler(random, "least").of(tree)
    return _Sampler(random, "least", max(0, wanted - len(least))).of(tree)


class _Reader:
    """An advanced regular expression, read as far as samples need it: what only forbids is passed over."""

    def __init__(self, pattern: str) -> None:
        self._at = 0
        self._group = 0
        self._expanded = False
        if pattern.startswith("***="):
            pattern = re.escape(pattern[4:])
        self._text = pattern.removeprefix("***:")
        if options := re.match(r"\(\?([a-z]+)\)", self._text):
            self._at = options.end()
            self._expanded = "x" in options[1]
            if "q" in options[1]:
                self._text, self._at = re.escape(self._text[options.end() :]), 0

    def read(self) -> _Node:
        tree = self._choice(None)
        if self._at != len(self._text):
            raise ValueError("an unbalanced parenthesis")
        return tree

    def _next(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self) -> str:
        one = self._text[self._at]
        self._at += 1
        return one

    def _choice(self, number: int | None) -> _Choice:
        branches: list[_Node] = [self._branch()]
        while self._next() == "|":
            self._at += 1
            branches.append(self._branch())
        return _Choice(branches, number)

    def _branch(self) -> _Sequence:
        found = _Sequence()
        while self._next() not in ("", "|", ")"):
            if self._expanded and self._next() in " \t\n#":
                self._at = (
                    self._text.find("\n", self._at) + 1 or len(self._text) if self._next() == "#" else self._at + 1
                )
                continue
            atom = self._atom()
            if atom is not None:
                found.parts.append(self._quantified(atom))
        return found

    def _quantified(self, atom: _Node) -> _Node:
        while (match := re.compile(r"(\*|\+|\?|\{(\d+)(,?)(\d*)\})\??").match(self._text, self._at)) is not None:
            self._at = match.end()
            sign = match[1][0]
            if sign == "{":
                low = int(match[2])
                high: int | None = int(match[4]) if match[4] else None if match[3] else low
            else:
                low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
            atom = _Repeat(atom, low, high)
        return atom

    def _atom(self) -> _Node | None:
        one = self._take()
        if one == "(":
            return self._parenthesis()
        if one == "[":
            return self._bracket()
        if one == ".":
            return _Chars(_ORDINARY)
        if one in "^$":
            return None
        return self._escape() if one == "\\" else _Chars(one)

    def _parenthesis(self) -> _Node | None:
        look = re.compile(r"\?(?:[:=!#]|<[=!])").match(self._text, self._at)
        if look is None:
            self._group += 1
            node: _Node | None = self._choice(self._group)
        elif look[0] == "?#":
            self._at = self._text.index(")", self._at)
            node = None
        else:
            self._at = look.end()
            inner = self._choice(None)
            # What is looked for ahead is put there; what is forbidden the server will refuse.
            node = inner if look[0] in ("?:", "?=") else None
        if self._take() != ")":
            raise ValueError("an open parenthesis")
        return node

    def _escape(self) -> _Node | None:
        one = self._take()
        if one in _EMPTY_ESCAPES:
            return None
        if one in _ESCAPES:
            return _Chars(_ESCAPES[one])
        if one.lower() in _ESCAPES:
            # \\S is meant as a word's letters mostly.
            source = _ORDINARY if one == "S" else _ALL
            return _Chars("".join(char for char in source if char not in _ESCAPES[one.lower()]))
        if one.isdigit() and one != "0":
            return _Same(int(one))
        if one in "xuU":
            digits = re.compile(r"[0-9a-fA-F]+").match(self._text[: self._at + {"x": 8, "u": 4, "U": 8}[one]], self._at)
            if digits is not None:
                self._at = digits.end()
                return _Chars(chr(int(digits[0], 16)))
        return _Chars(_CONTROLS.get(one, one))

    def _bracket(self) -> _Node | None:
        if self._text.startswith(("[:<:]]", "[:>:]]"), self._at):
            self._at += 6
            return None
        negated = self._next() == "^"
        self._at += negated
        chars: list[str] = []
        first = True
        while first or self._next() != "]":
            first = False
            chars += self._members()
        self._at += 1
        if negated:
            plain = [char for char in _ORDINARY if char not in chars]
            chars = plain or [char for char in _ALL if char not in chars] or ["é"]
        if not chars:
            raise ValueError("a class that nothing is in")
        return _Chars("".join(dict.fromkeys(chars)))

    def _members(self) -> Sequence[str]:
        named = re.compile(r"\[:(\w+):\]").match(self._text, self._at)
        if named is not None:
            self._at = named.end()
            return _NAMED.get(named[1], "")
        low = self._member()
        if len(low) != 1 or self._next() != "-" or self._text[self._at + 1] == "]":
            return low
        self._at += 1
        high = self._member()
        span = range(ord(low), min(ord(high), ord(low) + 300) + 1)
        return [chr(code) for code in span]

    def _member(self) -> str:
        one = self._take()
        if one == "[" and self._next() in (".", "="):
            end = self._text.index(f"{self._next()}]", self._at + 1)
            one, self._at = self._text[self._at + 1 : end], end + 2
            return one[0]
        if one != "\\":
            return one
        node = self._escape()
        return node.choices if isinstance(node, _Chars) else ""
