"""Readable labels for captured rows: from a slug, a name or an address, else from the table and a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Shape, Table

from .rows import Values

_TELLING = ("slug", "label", "code", "key", "sku", "handle", "username", "login", "name", "title", "email")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Labels:
    """The label of each row: a table's are in the order of its rows."""

    of: Mapping[ObjectRef, Sequence[str]]


def label_rows(shape: Shape, tables: Mapping[ObjectRef, Sequence[Values]]) -> Labels:
    """A label for each row, no two of a table the same. They are made of what is written, never of what was masked."""
    return Labels({ref: _labels(shape.tables[ref], rows) for ref, rows in tables.items()})


def _labels(table: Table, rows: Sequence[Values]) -> list[str]:
    column = _telling(table, rows)
    taken: set[str] = set()
    found = []
    for number, row in enumerate(rows, 1):
        wanted = label_from(row.get(column) or "") if column is not None else ""
        label = wanted or f"{_singular(label_from(table.ref.name) or 'row')}-{number}"
        if label in taken:
            label = next(one for n in range(2, len(rows) + 2) if (one := f"{label}-{n}") not in taken)
        taken.add(label)
        found.append(label)
    return found


def _telling(table: Table, rows: Sequence[Values]) -> str | None:
    """The column that says best which row this is: one of the usual names, one whose values differ before others."""
    names = [
        column.name for column in table.columns if column.type.plain.name in ("text", "varchar", "citext", "bpchar")
    ]
    usual = [name for word in _TELLING for name in names if name.lower() == word]
    usual += [name for word in _TELLING for name in names if name.lower().endswith(f"_{word}")]
    different = [name for name in usual if len({row.get(name) for row in rows}) == len(rows)]
    return next(iter([*different, *usual]), None)


def label_from(text: str) -> str:
    """A text as a label: ASCII letters, digits and -, of an address what stands before the @. May be empty."""
    local = text.partition("@")[0] if re.fullmatch(r"[^@\s]+@[^@\s]+", text) else text
    plain = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode()
    label = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(label) > _LONGEST:
        label = label[:_LONGEST].rpartition("-")[0] or label[:_LONGEST]
    # A bare number, or a word that YAML reads as something else, would need quotes as a key.
    if label.isdigit() or label in ("null", "true", "false", "yes", "no", "on", "off", "y", "n"):
        return f"no-{label}" if label.isdigit() else f"{label}-1"
    return label


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us")) else name
