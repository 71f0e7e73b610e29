"""What the statements of a plan take away: the tables that they drop, empty or delete from, as far as they name them.

What a name means depends on the settings that the file itself has made; what happens inside of bodies cannot be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_nself.core.names import NAME_PATTERN, QUALIFIED_PATTERN, parse_qualified
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import Statement
from pytest_nself.migrations.statements import split, without_comments

from .recording import recorded_by

Path = tuple[str, ...] | None
"""The schemas in which a bare name is looked for; None is the session's own search_path."""

_LIST = rf"(?P<names>{QUALIFIED_PATTERN}(?:\s*\*?\s*,\s*(?:only\s+)?{QUALIFIED_PATTERN})*)"
_DROPPED = rf"^drop\s+(?:table|materialized\s+view|foreign\s+table)\s+(?:if\s+exists\s+)?{_LIST}"
_EMPTIED = rf"^truncate\s+(?:table\s+)?(?:only\s+)?{_LIST}"
_DELETED = rf"\bdelete\s+from\s+(?:only\s+)?(?P<names>{QUALIFIED_PATTERN})"
_MERGED = rf"^merge\s+into\s+(?:only\s+)?(?P<names>{QUALIFIED_PATTERN}).*\bthen\s+delete\b"
_SCHEMAS = rf"^drop\s+schema\s+(?:if\s+exists\s+)?{_LIST}"
_ALTERED = rf"^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<names>{QUALIFIED_PATTERN})(?P<actions>.*)$"
_DROPS_COLUMN = r"^\s*\*?\s*drop\s+(?!constraint\b)"
_PATH = r"^set\s+(?:(?:session|local)\s+)?(?:search_path\s*(?:=|\bto\b)|schema\b)\s*(?P<schemas>.*)$"
_PATH_SET = r"^select\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'search_path'\s*,\s*'(?P<schemas>[^']*)'"
_PATH_RESET = r"^(?:reset\s+(?:search_path|all)|discard\s+all)\b"
_BY_BODY = r"\b(?:drop\s+(?:table|schema|column|materialized|foreign|owned)|truncate|delete\s+from)\b"
_UNSEEN = r"\b(?:execute|perform|call)\b"
_CALLED = rf"(?P<name>{NAME_PATTERN})\s*\("
_QUIET = r"""'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$"""
_MAY_MATTER = re.compile(r"(?i)\b(?:drop|truncate|delete|do|call|select|perform)\b")

_BLOCKS, _PROCEDURES, _OWNED = "`do` blocks", "functions and procedures", "`drop owned`"


class Taken(NamedTuple):
    """What a plan's statements name: tables with the path of a bare name, schemas, functions that they call.

    `untold` says in words what else may take something away. `destroys` is whether a statement of the text, also one
    inside of a `do` block, says that it does.
    """

    tables: frozenset[tuple[tuple[str, ...], Path]] = frozenset()
    schemas: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    untold: tuple[str, ...] = ()
    destroys: bool = False


def taken_by(plan: Plan) -> Taken:
    """Read the statements of the plan's migrations; those that write the ledger are left out."""
    tables: set[tuple[tuple[str, ...], Path]] = set()
    schemas: set[str] = set()
    called: set[str] = set()
    untold: dict[str, None] = {}
    path: Path = None
    destroys = False
    for step in plan.steps:
        if not isinstance(step, Statement):
            continue
        if recorded_by(step):
            path = None  # the session is as it was
            continue
        if step.place is None or not _MAY_MATTER.search(step.sql.text):
            path = _last_path(step.sql.text, path) if "search_path" in step.sql.text.lower() else path
            continue
        for statement in split(step.sql.text):
            text = without_comments(step.sql.text[statement.start : statement.end])
            first = statement.words[0] if statement.words else ""
            path = _path(text, path) if first in ("set", "select", "reset", "discard") else path
            if first == "do":
                destroys |= (says := _found(_BY_BODY, text))
                untold.update({_BLOCKS: None} if says or _found(_UNSEEN, text) else {})
            elif first == "call":
                untold[_PROCEDURES] = None
            elif statement.words[:2] == ("drop", "owned"):
                untold[_OWNED], destroys = None, True
            elif first in ("select", "with", "insert", "values"):
                called.update(parse_qualified(one["name"])[-1] for one in re.finditer(_CALLED, _unquoted(text)))
            tables.update((name, path) for name in _tables(first, text))
            schemas.update(name[-1] for name in _names(_SCHEMAS, text) if first == "drop")
    destroys |= bool(tables or schemas)
    return Taken(frozenset(tables), frozenset(schemas), frozenset(called), tuple(untold), destroys)


def _tables(first: str, text: str) -> Iterator[tuple[str, ...]]:
    match first:
        case "drop":
            yield from _names(_DROPPED, text)
        case "truncate":
            yield from _names(_EMPTIED, text)
        case "merge":
            yield from _names(_MERGED, text)
        case "delete" | "with" | "explain" | "insert":
            for one in re.finditer(f"(?is){_DELETED}", _unquoted(text)):
                yield parse_qualified(one["names"])
        case "alter":
            if (match := re.search(f"(?is){_ALTERED}", text)) and any(
                _found(_DROPS_COLUMN, action) for action in _actions(match["actions"])
            ):
                yield parse_qualified(match["names"])


def _names(pattern: str, text: str) -> Iterator[tuple[str, ...]]:
    if match := re.search(f"(?is){pattern}", text):
        for one in re.finditer(QUALIFIED_PATTERN, match["names"]):
            if (name := parse_qualified(one.group())) and name != ("only",):
                yield name


def _actions(text: str) -> Iterable[str]:
    """What an `alter table` does, cut at the commas that stand in no parentheses and no quotes."""
    depth, start = 0, 0
    for match in re.finditer(rf"""(?s)"(?:[^"]|"")*"|{_QUIET}|[(),]""", text):
        mark = match.group()
        depth += (mark == "(") - (mark == ")")
        if mark == "," and not depth:
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _unquoted(text: str) -> str:
    """The text without what stands in its strings."""
    return re.sub(f"(?s){_QUIET}", "''", text)


def _found(pattern: str, text: str) -> bool:
    return re.search(f"(?is){pattern}", text) is not None


def _last_path(text: str, path: Path) -> Path:
    for statement in split(text):
        path = _path(without_comments(text[statement.start : statement.end]), path)
    return path


def _path(text: str, path: Path) -> Path:
    """The search_path after a statement."""
    if _found(_PATH_RESET, text):
        return None
    if match := re.search(f"(?is){_PATH}", text) or re.search(f"(?is){_PATH_SET}", text):
        # As a setting, a name may stand in single quotes as well.
        said = match["schemas"].replace("'", '"').strip()
        return None if said.lower() == "default" else tuple(one for one in parse_qualified(said) if one)
    return path
