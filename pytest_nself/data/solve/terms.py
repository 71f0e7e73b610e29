"""The text of expressions, cut where that changes nothing: what it means is left to the server.

All of it reads what `pg_get_expr` writes, in which every operation stands in parentheses of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_nself.core.names import quote_identifier

_TOKEN = re.compile(
    r"""(?P<string>[eE]?'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*")|(?P<open>[(\[])|(?P<close>[)\]])|(?P<and>\sAND\s)"""
    r"""|(?P<other>\s(?:OR|CASE|WHEN|THEN|ELSE|BETWEEN)\s|^CASE\s)|(?P<compare>\s(?:=|>=|<=|>|<)\s)""",
    re.IGNORECASE,
)
_STRING = re.compile(r"[eE]?'(?:[^']|'')*'")
_CAST = re.compile(r'^\((?P<inner>.*)\)::[\w .",()\[\]]+$', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Somewhere in an expression `column` is compared with `other`, an expression."""

    column: str
    operator: str
    other: str


def conjuncts(expression: str) -> list[str]:
    """The parts of `a and b and …`, of which none may be false; the expression itself where it is none."""
    text = bare(expression)
    cuts: list[tuple[int, int]] = []
    for depth, token in _tokens(text):
        if depth == 0 and token.lastgroup == "other":
            return [expression]
        if depth == 0 and token.lastgroup == "and":
            cuts.append(token.span())
    if not cuts:
        return [expression]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [part for start, end in zip(starts, ends, strict=True) for part in conjuncts(text[start:end].strip())]


def bare(expression: str) -> str:
    """The expression without the parentheses around all of it."""
    text = expression.strip()
    while text.startswith("(") and _end_of(text) == len(text):
        text = text[1:-1].strip()
    return text


def about_whole_row(expression: str) -> bool:
    """Whether it speaks of a row as a whole (`f(orders.*)`)."""
    return ".*" in _STRING.sub("''", expression)


def mentions(expression: str, columns: Iterable[str]) -> tuple[str, ...]:
    """Those of the columns whose names stand in the expression (or in a string of it: rather one too many)."""
    found = []
    for name in columns:
        quoted = re.escape(quote_identifier(name))
        if re.search(rf'(?<![\w$"]){re.escape(name)}(?![\w$"])|{quoted}', expression):
            found.append(name)
    return tuple(found)


def comparisons(expression: str, columns: Sequence[str]) -> list[Comparison]:
    """Every `(column = …)`, `(… >= column)` and the like, at any depth."""
    found: dict[Comparison, None] = {}
    for term in _terms(expression):
        marks = [token for depth, token in _tokens(term) if depth == 0 and token.lastgroup == "compare"]
        if len(marks) != 1 or any(d == 0 and t.lastgroup in ("and", "other") for d, t in _tokens(term)):
            continue
        left, right = term[: marks[0].start()].strip(), term[marks[0].end() :].strip()
        sign = marks[0][0].strip()
        turned = {">": "<", "<": ">", ">=": "<=", "<=": ">="}.get(sign, sign)
        for one, operator, other in ((left, sign, right), (right, turned, left)):
            name = _column(one, columns)
            if name is not None and not other.upper().startswith(("ANY", "ALL", "SOME")):
                found.setdefault(Comparison(name, operator, other))
    return list(found)


def _column(text: str, columns: Sequence[str]) -> str | None:
    text = bare(text)
    while (cast := _CAST.match(text)) is not None and _end_of(text) == text.rindex(")::") + 1:
        text = bare(cast["inner"])
    return next((name for name in columns if text in (name, quote_identifier(name))), None)


def _terms(text: str) -> Iterator[str]:
    """What stands between parentheses, at any depth, and the text itself."""
    yield bare(text)
    open_: list[int] = []
    for _, token in _tokens(text):
        if token.lastgroup == "open":
            open_.append(token.end())
        elif token.lastgroup == "close" and open_:
            yield text[open_.pop() : token.start()]


def _tokens(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "close":
            depth -= 1
        yield depth, token
        if token.lastgroup == "open":
            depth += 1


def _end_of(text: str) -> int:
    """Where the parenthesis that opens the text is closed."""
    for depth, token in _tokens(text):
        if token.lastgroup == "close" and depth == 0:
            return token.end()
    return -1
