"""How the parts of a schema.dbml are spelled: names, strings, values, settings, comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .model import ColumnType, Comment, Directive, Endpoint, Note, Setting, Value, ValueKind
from .strings import unindent

_BARE = re.compile(r"[^\W\d]\w*")
_ARGUMENT = re.compile(r"E?'((?:[^']|'')*)'", re.DOTALL)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_KEYS = frozenset(("ref", "check", "dep", "note", "headercolor", "color"))


def is_bare(text: str) -> bool:
    """Whether a name needs no quotes, in this reader and in others."""
    if not _BARE.fullmatch(text):
        return False
    return text.isascii() or all(char.isalpha() or char == "_" or (char.isascii() and char.isdigit()) for char in text)


def name(text: str) -> str:
    """A name, in double quotes where it needs them."""
    return text if is_bare(text) else '"' + _escaped(text, '"') + '"'


def leading(text: str) -> str:
    """A name that begins a line, where `ref` and `dep` would begin a reference."""
    return f'"{text}"' if text.lower() in ("ref", "dep") else name(text)


def qualified(schema: str | None, text: str) -> str:
    """`schema.name`."""
    return name(text) if schema is None else f"{name(schema)}.{name(text)}"


def string(text: str) -> str:
    """A string on one line, in single quotes."""
    return "'" + _escaped(text, "'") + "'"


def _escaped(text: str, quote: str) -> str:
    return "".join("\\" + char if char == quote else _ESCAPES.get(char, char) for char in text)


def note(one: Note, margin: str) -> str:
    """The text of a note: long and indented where it has several lines, which begin with `margin`."""
    if "\n" in one.text and "\r" not in one.text and unindent(_indented(one.text, " ")) == one.text:
        text = one.text.replace("\\", "\\\\").replace("'''", "\\'''")
        return f"'''\n{_indented(text, margin + '  ')}\n{margin}'''"
    return string(one.text)


def _indented(text: str, margin: str) -> str:
    return "\n".join(margin + line if line else "" for line in text.split("\n"))


def expression(text: str) -> str:
    """An SQL expression; it cannot hold a backtick."""
    return f"`{text}`"


def value(one: Value) -> str:
    """A value as it is written."""
    if one.kind is ValueKind.STRING:
        return string(one.text)
    if one.kind is ValueKind.EXPRESSION:
        return expression(one.text)
    if one.kind is ValueKind.ENUM:
        return f"{qualified(one.schema, one.enum or '')}.{name(one.text)}"
    return one.text


def column_type(one: ColumnType) -> str:
    """A type with its arguments and brackets."""
    spelled = '"' + _escaped(one.name, '"') + '"' if one.quoted else name(one.name)
    if one.schema is not None:
        spelled = f"{name(one.schema)}.{spelled}"
    arguments = f"({','.join(map(_argument, one.arguments))})" if one.arguments else ""
    return spelled + arguments + "".join(f"[{'' if size is None else size}]" for size in one.dimensions)


def _argument(text: str) -> str:
    found = _ARGUMENT.fullmatch(text)
    if found is None:
        return text
    inner = found[1].replace("''", "'")
    return string(inner.replace("\\\\", "\\") if text.startswith("E") else inner)


def endpoint(end: Endpoint) -> str:
    """`schema.table.column` or `schema.table.(column, column)`."""
    columns = name(end.columns[0]) if len(end.columns) == 1 else f"({', '.join(map(name, end.columns))})"
    return f"{qualified(end.schema, end.table)}.{columns}"


def fits_a_list(setting: Setting) -> bool:
    """Whether a custom setting can stand between brackets; another needs a block of metadata."""
    if setting.value is None or (
        setting.value.kind not in (ValueKind.STRING, ValueKind.COLOR) and not _is_edge(setting)
    ):
        return False
    if setting.quoted or _is_edge(setting):
        return True
    words = setting.key.split(" ")
    return setting.key not in _KEYS and setting.key == setting.key.lower() and all(map(_BARE.fullmatch, words))


def _is_edge(setting: Setting) -> bool:
    return setting.key == "dep" and setting.value is not None and setting.value.kind is ValueKind.NAME


def setting(one: Setting) -> str:
    """`key: value`."""
    key = '"' + _escaped(one.key, '"') + '"' if one.quoted else one.key
    if one.value is None:
        return key
    if _is_edge(one):
        sign, _, path = one.value.text.partition(" ")
        return f"{key}: {sign} {'.'.join(map(name, path.split('.')))}"
    return f"{key}: {value(one.value)}"


def listed(entries: Sequence[str]) -> str:
    """Settings between brackets, with a blank before them; nothing without any."""
    return f" [{', '.join(entries)}]" if entries else ""


def comment(text: str) -> str:
    """A comment on lines of its own, or at the end of one."""
    if "\n" in text and "*/" not in text:
        return f"/* {text} */"
    return f"// {text}".rstrip() if "\n" not in text else "\n".join(f"// {line}".rstrip() for line in text.split("\n"))


def trailing(comments: Iterable[Comment | Directive]) -> str:
    """Comments behind something, on its line: all but the last must say where they end."""
    texts = [one.text for one in comments]
    if not texts:
        return ""
    return " " + " ".join([*(f"/* {text} */" for text in texts[:-1]), comment(texts[-1])])


def split_comments(comments: Iterable[Comment], line: int | None) -> tuple[list[Comment], list[Comment]]:
    """Those that stand above a line, and the rest; what has no place stands above."""
    above: list[Comment] = []
    rest: list[Comment] = []
    for one in comments:
        at = one.place.line
        (rest if rest or (line is not None and at is not None and at >= line) else above).append(one)
    return above, rest


def block(lines: Iterable[str], margin: str) -> list[str]:
    """Lines with a margin; what a line holds of long strings and comments has its own."""
    return [margin + line if line else "" for line in lines]
