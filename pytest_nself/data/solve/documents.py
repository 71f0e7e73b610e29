"""Documents worth trying: json that has what the texts of the constraints look for, and hstore."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import islice
from random import Random
from typing import Any

from .literals import EVERY, Hints
from .regex import regex_samples
from .solution import one_of

_JSON = ("{}", "[]", '{"a": 1}', '["a"]', "[1]", '"a"', "1", "true", "null")


def documents(hints: Hints, random: Random) -> Iterator[str]:
    """Values of json: usual ones, and such that have what the paths lead to."""
    yield from _JSON
    scalars = _scalars(hints)
    literal = [tree for text in hints.strings if isinstance(tree := _read(text), (dict, list))]
    yield from (json.dumps(one) for one in literal)
    if not hints.paths:
        yield from (json.dumps(one) for one in scalars)
        yield from (json.dumps([one]) for one in scalars)
        yield from (json.dumps({text: 1}) for text in hints.strings)
        return
    trees: dict[str, None] = {}
    for one in scalars[:30]:
        trees.setdefault(json.dumps(_tree(hints.paths, lambda _path, one=one: one)))
        for path in hints.paths:
            trees.setdefault(json.dumps(_tree([path], lambda _path, one=one: one)))
    for path in hints.paths:
        trees.setdefault(json.dumps(_tree([other for other in hints.paths if other != path], lambda _path: 1)))
    for _ in range(500):
        chosen = [path for path in hints.paths if random.random() < 0.85]
        trees.setdefault(json.dumps(_tree(chosen, lambda _path: one_of(random, scalars))))
    yield from trees
    yield from (
        json.dumps(known | one)
        for one in literal
        if isinstance(one, dict)
        for tree in trees
        if isinstance(known := json.loads(tree), dict)
    )
    yield from (json.dumps([json.loads(tree)]) for tree in islice(trees, 40))
    yield from (
        json.dumps([json.loads(tree)] * size) for tree in islice(trees, 5) for size in hints.lengths if size < 30
    )
    yield from (json.dumps([one] * size) for one in scalars[:5] for size in hints.lengths if size < 30)


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in ("{", "[") else None
    except ValueError:
        return None


def _scalars(hints: Hints) -> list[Any]:
    keys = {key for path in hints.paths for key in path}
    found: list[Any] = ["a", 1, True, [], {}, ["a"], [1], 0, -1, False, None, 1.5, "2024-01-01", "a@example.com"]
    found[:0] = [text for text in hints.strings if text not in keys and len(text) < 60][:20]
    for number in hints.numbers:
        found += [
            int(one) if one == one.to_integral_value() else float(one) for one in (number, number + 1, number - 1)
        ]
    for text in hints.strings:
        if any(sign in text for sign in "^[\\"):
            found += regex_samples(text, 3, Random(1))
    found += ["a" * size for size in hints.lengths if size < 300]
    found += [["a"] * size for size in hints.lengths if 0 < size < 30]
    return found


def _tree(paths: Iterable[Sequence[str]], value: Any) -> Any:
    """A document in which each path leads to the value that is given for it."""
    tree: Any = {}
    for path in sorted(paths, key=len):
        tree = _with(tree, path, deepcopy(value(path)))
    return tree


def _with(node: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    if path[0] == EVERY:
        first = node[0] if isinstance(node, list) and node else None
        return [_with(first, path[1:], value)]
    known = node if isinstance(node, dict) else {}
    return known | {path[0]: _with(known.get(path[0]), path[1:], value)}


def pairs(hints: Hints) -> Iterator[str]:
    """Values of hstore that have the keys."""
    keys = list(dict.fromkeys(path[0] for path in hints.paths)) or ["a"]
    values = [
        *hints.strings,
        "a",
        *(format(number + step, "f") for number in hints.numbers for step in (0, 1, -1)),
        "1",
    ]
    for value in dict.fromkeys(values):
        yield ", ".join(f"{quoted(key)}=>{quoted(value)}" for key in keys)
        yield from (f"{quoted(key)}=>{quoted(value)}" for key in keys)


def quoted(value: str) -> str:
    """A value inside an array or a row."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
