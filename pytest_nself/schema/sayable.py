"""What the server says of types, defaults and constraints, in the words of DBML; None where it has none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pytest_nself.core.names import NAME_PATTERN, QUALIFIED_PATTERN, parse_qualified

from .model import PUBLIC, ColumnType, Endpoint, IndexItem, Key, Value, ValueKind

SHORT = {
    "character varying": "varchar",
    "character": "char",
    "bit varying": "varbit",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "time with time zone": "timetz",
}
"""Types of several words, as people write them."""

ALIKE = {
    **{short: long for long, short in SHORT.items()},
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "bool": "boolean",
    "decimal": "numeric",
    "float": "double precision",
    "float8": "double precision",
    "float4": "real",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}
"""Other names of the server's types."""

_TYPE = re.compile(r"(?P<base>[^()\[\]]+?)(?:\((?P<args>[^()]*)\))?(?P<tail> [a-z ]+)?(?P<dims>(?:\[\])*)")
_OWN = re.compile(rf"(?P<name>{QUALIFIED_PATTERN})(?P<dims>(?:\[\])*)")
_LITERAL = re.compile(r"'((?:[^'\\]|'')*)'::(.+)", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_NEGATIVE = re.compile(r"'(-[0-9]+)'::integer|'(-[0-9]*\.?[0-9]+)'::numeric")
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "money")


def column_type(text: str, enums: Collection[Key]) -> ColumnType:
    """A type as `format_type` spells it under an empty search path."""
    own = _OWN.fullmatch(text)
    if own is not None:
        parts = parse_qualified(own["name"])
        key = (parts[0], parts[-1]) if len(parts) == 2 else (PUBLIC, parts[0])
        dims: tuple[int | None, ...] = (None,) * (len(own["dims"]) // 2)
        if key in enums:
            schema = None if key[0] == PUBLIC else key[0]
            return ColumnType(key[1], schema, dimensions=dims, quoted=not _is_word(key[1]))
        if len(parts) == 2 and all(map(_is_word, parts)) and '"' not in text:
            return ColumnType(key[1], None if key[0] == PUBLIC else key[0], dimensions=dims)
    found = _TYPE.fullmatch(text)
    if found is None or '"' in text:
        return ColumnType(text, quoted=True)
    dims = (None,) * (len(found["dims"]) // 2)
    base = found["base"] + (found["tail"] or "")
    base = SHORT.get(base, base)
    schema, dot, name = base.rpartition(".")
    if not (_is_word(name) and (not dot or _is_word(schema))):
        # Arguments in the midst of several words are part of the name.
        if found["args"]:
            return ColumnType(text, quoted=True)
        return ColumnType(base, dimensions=dims, quoted=True)
    arguments = tuple(one.strip() for one in found["args"].split(",")) if found["args"] else ()
    return ColumnType(name, schema if dot and schema != PUBLIC else None, arguments, dims)


def _is_word(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None


def same_type(one: ColumnType, other: ColumnType) -> bool:
    """Whether two spellings are one type, as far as the server's other names for its types tell."""
    return _plain(one) == _plain(other)


def _plain(kind: ColumnType) -> str:
    text = re.sub(r"\s+", " ", kind.text.strip().lower()).replace(", ", ",").removeprefix("public.")
    found = re.fullmatch(r"([a-z_0-9. ]+?)(\(.*?\))?((?:\[\d*\])*)", text)
    if found is None:
        return text
    base = ALIKE.get(found[1], found[1])
    if found[2] and base == "bpchar":
        base = "character"
    # The server counts no dimensions.
    return f"{base}{found[2] or ''}{'[]' if found[3] else ''}"


def same_expression(one: str, other: str) -> bool:
    """Whether two expressions are one but for what the server adds or says otherwise: casts, parentheses, `= any`."""
    return _bare(one) == _bare(other)


_CAST = re.compile(
    r"::[a-z_\"][a-z_0-9.\"]*(?: (?:varying|precision|with(?:out)? time zone))?(?:\(\d+\))?(?:\[\])*", re.IGNORECASE
)
_SPELLED = (
    (re.compile(r"\b(?:interval|date|timestamptz|timestamp|time|uuid|jsonb?)\s+'"), "'"),
    (re.compile(r"(\S+)\s+between\s+(\S+)\s+and\s+"), r"\1 >= \2 and \1 <= "),
    (re.compile(r"!="), "<>"),
    (re.compile(r"[\s()]"), ""),
    (re.compile(r"<>all\w*\[(.*?)\]"), r"notin\1"),
    (re.compile(r"=any\w*\[(.*?)\]"), r"in\1"),
    (re.compile(r"!~~\*"), "notilike"),
    (re.compile(r"!~~"), "notlike"),
    (re.compile(r"~~\*"), "ilike"),
    (re.compile(r"~~"), "like"),
)
"""What the server says otherwise than people do."""


def _bare(text: str) -> str:
    text = _CAST.sub("", text).lower()
    for pattern, spelled in _SPELLED:
        text = pattern.sub(spelled, text)
    return text


def default_value(expression: str, type_text: str) -> Value | None:
    """A default, as what the server makes the same expression of again; None if DBML cannot hold it."""
    negative = _NEGATIVE.fullmatch(expression)
    if negative is not None and type_text.startswith(_NUMBERS):
        return Value(ValueKind.NUMBER, negative[1] or negative[2])
    if _NUMBER.fullmatch(expression):
        return Value(ValueKind.NUMBER, expression)
    if expression in ("true", "false"):
        return Value(ValueKind.BOOLEAN, expression)
    literal = _LITERAL.fullmatch(expression)
    bare = re.sub(r"\([^()]*\)", "", type_text)
    made = "bpchar" if bare == "character" else bare
    if literal is not None and literal[2] == made and not bare.startswith(_NUMBERS):
        return Value(ValueKind.STRING, literal[1].replace("''", "'"))
    return None if "`" in expression else Value(ValueKind.EXPRESSION, unwrapped(expression))


@dataclass(frozen=True, slots=True)
class IndexText:
    """What an index is over; `extra` is what DBML has no words for (`INCLUDE (name)`, an operator class)."""

    items: tuple[IndexItem, ...]
    unique: bool
    method: str | None
    where: str | None
    extra: str = ""


_INDEX = re.compile(
    rf"CREATE (UNIQUE )?INDEX {NAME_PATTERN} ON (ONLY )?{QUALIFIED_PATTERN} USING ({NAME_PATTERN}) \(", re.DOTALL
)
_ITEM = re.compile(rf"({NAME_PATTERN})(.*)", re.DOTALL)
_ORDER = re.compile(r"(?: (DESC))?(?: NULLS (FIRST|LAST))?")


def index_text(definition: str) -> IndexText:
    """The parts of `create index`, as the server spells it."""
    head = _INDEX.match(definition)
    if head is None:
        return IndexText((), False, None, None, definition)
    close = closing(definition, head.end() - 1)
    extra = ["ONLY"] if head[2] else []
    items = []
    for text in split(definition[head.end() : close]):
        item, rest = _item(text)
        items.append(item)
        extra += [rest] if rest else []
    tail = definition[close + 1 :]
    where = None
    found = re.search(r" WHERE (.*)$", tail, re.DOTALL)
    if found is not None:
        where, tail = unwrapped(found[1]), tail[: found.start()]
    extra += [tail.strip()] if tail.strip() else []
    spelled = (*(item.text for item in items if item.expression), where or "")
    extra += ["a backtick"] if any("`" in text for text in spelled) else []
    method = None if head[3] == "btree" else parse_qualified(head[3])[0]
    return IndexText(tuple(items), head[1] is not None, method, where, ", ".join(extra))


def _item(text: str) -> tuple[IndexItem, str]:
    """One column or expression, and what of it DBML cannot say."""
    text = text.strip()
    if text.startswith("("):
        close = closing(text, 0)
        inner, rest, expression = text[1:close].strip(), text[close + 1 :], True
    else:
        found = _ITEM.match(text)
        assert found is not None, text
        inner, rest, expression = parse_qualified(found[1])[0], found[2], False
        if rest.startswith("("):  # a function's call stands without parentheses around it
            close = closing(text, len(found[1]))
            inner, rest, expression = text[: close + 1], text[close + 1 :], True
        elif rest.startswith("."):
            called = re.match(rf"{QUALIFIED_PATTERN}(?=\()", text)
            if called is not None:
                close = closing(text, called.end())
                inner, rest, expression = text[: close + 1], text[close + 1 :], True
    order = _ORDER.fullmatch(rest)
    if order is None:
        return IndexItem(inner, expression), rest.strip()
    return IndexItem(inner, expression, True if order[1] else None, order[2] == "FIRST" if order[2] else None), ""


@dataclass(frozen=True, slots=True)
class KeyText:
    """A foreign key; `extra` is what DBML has no words for (`MATCH FULL`)."""

    columns: tuple[str, ...]
    target: Endpoint
    on_delete: str | None
    on_update: str | None
    extra: str = ""


_COLUMNS = rf"\(((?:{NAME_PATTERN}(?:, )?)+)\)"
_KEY = re.compile(
    rf"FOREIGN KEY {_COLUMNS} REFERENCES ({QUALIFIED_PATTERN}){_COLUMNS}"
    r"(?P<match> MATCH FULL)?"
    r"(?: ON UPDATE (?P<update>CASCADE|RESTRICT|SET NULL|SET DEFAULT))?"
    r"(?: ON DELETE (?P<delete>CASCADE|RESTRICT|SET NULL|SET DEFAULT)(?P<only> \(.*?\))?)?(?P<rest>.*)",
    re.DOTALL,
)


def key_text(definition: str) -> KeyText | None:
    """The parts of a foreign key, as the server spells it; None for one over periods."""
    found = _KEY.fullmatch(definition)
    if found is None:
        return None
    path = parse_qualified(found[2])
    schema = path[0] if len(path) == 2 and path[0] != PUBLIC else None
    extra = " ".join(part.strip() for part in (found["match"], found["only"], found["rest"]) if part and part.strip())
    return KeyText(
        parse_qualified(found[1]),
        Endpoint(path[-1], parse_qualified(found[3]), schema),
        found["delete"].lower() if found["delete"] else None,
        found["update"].lower() if found["update"] else None,
        extra,
    )


def check_text(definition: str) -> str | None:
    """The expression of a check; None for one that says more (`NO INHERIT`), or that DBML cannot hold."""
    found = re.fullmatch(r"CHECK \((.*)\)", definition, re.DOTALL)
    if found is None or "`" in found[1] or closing(definition, 6) != len(definition) - 1:
        return None
    return unwrapped(found[1])


def key_columns(definition: str) -> tuple[str, ...] | None:
    """The columns of a primary key or a unique constraint; None for one that says more (`INCLUDE`)."""
    found = re.fullmatch(rf"(?:PRIMARY KEY|UNIQUE) {_COLUMNS}", definition)
    return parse_qualified(found[1]) if found is not None else None


def unwrapped(text: str) -> str:
    """An expression without the parentheses that stand around all of it."""
    text = text.strip()
    while text.startswith("(") and closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


_MARKS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]""")


def closing(text: str, opening: int) -> int:
    """Where the parenthesis that opens there is closed; -1 if nowhere."""
    depth = 0
    for found in _MARKS.finditer(text, opening):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
            if depth == 0:
                return found.start()
    return -1


def split(text: str) -> Iterator[str]:
    """The parts between commas that stand in no parentheses and in no quotes."""
    depth, start = 0, 0
    for found in _MARKS.finditer(text):
        if found[0] in "()":
            depth += 1 if found[0] == "(" else -1
        elif found[0] == "," and depth == 0:
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]
