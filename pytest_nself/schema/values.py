"""The small parts of a schema.dbml: values, settings, notes and comments, and how things are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pytest_nself.core.place import Place

PUBLIC = "public"
NOWHERE = Place("schema.dbml")
"""The place of what no file holds (a model that a program made)."""

Key = tuple[str, str]
"""How a table or an enum is found: its schema (`public` where none was written) and its name."""


def key_of(schema: str | None, name: str) -> Key:
    """The key of `schema.name`."""
    return (schema or PUBLIC, name)


def spell_name(schema: str | None, name: str) -> str:
    """`schema.name`, or the name alone, as a message says it."""
    return name if schema is None else f"{schema}.{name}"


@dataclass(frozen=True, slots=True)
class Comment:
    """One `// line` or `/* block */`: the text between its marks, without blanks around it."""

    text: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Directive:
    """A comment that says something to us: `hasura:permissions user:select[id]` has word `permissions` and the rest."""

    text: str
    family: str
    word: str
    rest: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)


class ValueKind(StrEnum):
    """How a value was written."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    EXPRESSION = "expression"
    ENUM = "enum value"
    COLOR = "color"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written, nothing lost: `10.10` stays `10.10`.

    `text` is the content of a string or of an expression (without quotes or backticks), the digits of a number with
    their sign, `true`, `false`, `null`, or the value of `enum` (which belongs to `schema`). A NAME is bare words.
    """

    kind: ValueKind
    text: str
    enum: str | None = None
    schema: str | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Setting:
    """`key: value` of a settings list or of a metadata block; `value` is None where only the key was written.

    `quoted` tells `"key": "v"` (custom metadata) from a word of the language.
    """

    key: str
    value: Value | None
    quoted: bool = False
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its text, unindented, line ends as `\\n`."""

    text: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
