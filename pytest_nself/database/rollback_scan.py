"""What the text of a statement says about settings, cursors and transactions: no server is asked.

PostgreSQL does not tell which settings were SET LOCAL, nor that a statement is about to end the transaction,
so the statement's text is read. Only names are taken from it; values stay the server's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Longer statements (bulk inserts) are not worth keeping in memory; psycopg draws the same line.
_LONGEST_CACHED = 4096

# No group is possessive or atomic: Python before 3.11.5 gets those wrong. Nothing in here can be read in two ways.
_COMMENT = rb"--[^\n]*+(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*\*/"
_GAP = rb"(?:\s|" + _COMMENT + rb")*"
_GAP_AT_START = rb"\A(?:;|\s|" + _COMMENT + rb")*"
_PART = rb'(?:"(?:[^"]|"")+"|[a-z_\x80-\xff][\w$\x80-\xff]*+)'
_NAME = rb"(?P<name>time\s+zone|session\s+authorization|xml\s+option|" + _PART + rb"(?:\s*\.\s*" + _PART + rb")*)"
_FLAGS = re.IGNORECASE | re.DOTALL

_CONTROL = re.compile(
    _GAP_AT_START
    + rb"(?P<words>(?:(?:commit|end|abort|rollback)(?:\s+(?:work|transaction))?(?:\s+and\s+(?:no\s+)?chain)?"
    rb"(?=\s*+(?:;|\Z|--|/\*)))|prepare\s+transaction\b)",
    _FLAGS,
)
_LATER_CONTROL = re.compile(
    rb";" + _GAP + rb"(?:commit|end|abort|rollback|begin|start\s+transaction|prepare\s+transaction)\b", _FLAGS
)
_ISOLATION = re.compile(
    _GAP_AT_START + rb"(?:set\s+transaction|set\s+session\s+characteristics|begin|start\s+transaction)\b[^;]*?"
    rb"\bisolation\s+level\s+(?P<level>serializable|repeatable\s+read)\b",
    _FLAGS,
)
_LOCAL = re.compile(rb"\bset\s+local\s+" + _NAME, _FLAGS)
_PLAIN = re.compile(
    rb"(?:\A|;)" + _GAP + rb"(?:set\s+(?:session\s+(?!authorization\b|characteristics\b))?|reset\s+)" + _NAME, _FLAGS
)
_CALL = re.compile(rb"\bset_config\s*\(", _FLAGS)
_LITERAL = re.compile(rb"\s*e?'((?:[^']|'')*)'(?!')\s*(?:::\s*\w+\s*)?\Z", _FLAGS)
_BOUND = re.compile(rb"\s*\$(\d+)\s*(?:::\s*\w+\s*)?\Z", _FLAGS)

# Two-word names, and the setting each stands for. SET TRANSACTION and SET CONSTRAINTS are not settings.
_SPELLINGS = {"time zone": "timezone", "session authorization": "session_authorization", "xml option": "xmloption"}
_SPELLINGS |= {"names": "client_encoding", "schema": "search_path"}
_NOT_SETTINGS = frozenset({"local", "transaction", "constraints", "session", "all"})
_FALSE = frozenset({b"false", b"'f'", b"'false'", b"f", b"\x00"})


@dataclass(frozen=True, slots=True)
class Call:
    """One `set_config(name, value, is_local)`: a name or a position (from 0) among the bound parameters."""

    name: str | int
    is_local: bool | int


@dataclass(frozen=True, slots=True)
class Effects:
    """What a statement does that a savepoint does not undo as a real transaction's end would.

    `control` is the transaction control it starts with, `doubtful` says that more may follow (or that a function's body
    was read), `isolation` the level above read committed that it asks for at
    its start; `local` and `plain` are the settings it names;
    `deferrable` says that it speaks of deferrable constraints, `modes` that it may set when they are checked, `cursor`
    that it declares a cursor.
    """

    control: str = ""
    doubtful: bool = False
    isolation: str = ""
    local: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    deferrable: bool = False
    modes: bool = False
    cursor: bool = False

    def names(self, params: Sequence[object] | None) -> tuple[frozenset[str], frozenset[str]]:
        """The settings made local and those set for the session, given the bound parameters."""
        if not self.calls:
            return frozenset(self.local), frozenset(self.plain)
        local, plain = set(self.local), set(self.plain)
        for call in self.calls:
            name = call.name if isinstance(call.name, str) else _text(params, call.name)
            is_local = call.is_local
            if type(is_local) is int:
                is_local = _text(params, is_local).encode() not in _FALSE
            if name:
                (local if is_local else plain).add(name.lower())
        return frozenset(local), frozenset(plain)


def scan(statement: bytes) -> Effects | None:
    """What `statement` does, or None when there is nothing to mind: nearly always."""
    return _scan_cached(statement) if len(statement) <= _LONGEST_CACHED else _scan(statement)


def _scan(statement: bytes) -> Effects | None:
    control, isolation = _CONTROL.match(statement), _ISOLATION.match(statement)
    lowered = statement.lower()
    mentions_set = b"set" in lowered
    effects = Effects(
        _spoken(control["words"]) if control else "",
        b";" in statement and _LATER_CONTROL.search(statement) is not None,
        _spoken(isolation["level"]) if isolation else "",
        _names(_LOCAL, statement) if mentions_set else (),
        _names(_PLAIN, statement) if mentions_set else (),
        _calls(statement) if b"set_config" in lowered else (),
        b"deferr" in lowered,
        mentions_set and b"constraints" in lowered,
        b"declare" in lowered and b"cursor" in lowered,
    )
    return None if effects == Effects() else effects


_scan_cached = lru_cache(maxsize=1024)(_scan)


def _spoken(words: bytes) -> str:
    return " ".join(words.decode().lower().split())


def _names(pattern: re.Pattern[bytes], statement: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in pattern.finditer(statement):
        name = _setting(match["name"].decode("utf-8", "replace"))
        if name not in _NOT_SETTINGS and not name.startswith("transaction_"):
            found[name] = None
            if name == "session_authorization":
                found["role"] = None  # changing the one changes the other
    return tuple(found)


def _setting(spelled: str) -> str:
    name = " ".join(spelled.replace('"', "").split()).lower().replace(" . ", ".").replace(" .", ".").replace(". ", ".")
    return _SPELLINGS.get(name, name)


def _calls(statement: bytes) -> tuple[Call, ...]:
    calls = []
    for match in _CALL.finditer(statement):
        arguments = _arguments(statement, match.end())
        if len(arguments) != 3:
            continue
        name: str | int
        if literal := _LITERAL.match(arguments[0]):
            name = literal[1].decode("utf-8", "replace").replace("''", "'")
        elif bound := _BOUND.match(arguments[0]):
            name = int(bound[1]) - 1
        else:
            continue  # an expression: only the server knows; such names are declared as function settings
        third = _BOUND.match(arguments[2])
        calls.append(Call(name, int(third[1]) - 1 if third else arguments[2].strip().lower() not in _FALSE))
    return tuple(calls)


def _arguments(statement: bytes, start: int) -> list[bytes]:
    """The top-level arguments from `start` to the closing parenthesis; fewer when it never comes."""
    arguments: list[bytes] = []
    depth, quoted, begin = 0, False, start
    for position in range(start, len(statement)):
        character = statement[position]
        if character == 0x27:  # a doubled quote closes and opens again: the same outcome
            quoted = not quoted
        elif quoted:
            continue
        elif character == 0x28:
            depth += 1
        elif character == 0x29 and depth:
            depth -= 1
        elif character == 0x29:
            return [*arguments, statement[begin:position]]
        elif character == 0x2C and not depth:
            arguments.append(statement[begin:position])
            begin = position + 1
    return []


def _text(params: Sequence[object] | None, position: int) -> str:
    value = params[position] if params is not None and position < len(params) else None
    return bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, bytearray, memoryview)) else ""
