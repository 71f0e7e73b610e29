"""`{label}` in values: each row's own label stands there; `{{label}}` is the text {label}."""

from __future__ import annotations

import re
from dataclasses import replace

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.written.cells import Cell, CellKind, Value, ValueKind

_TEMPLATE = re.compile(r"\{\{(label|n)\}\}|\{(label|n)\}")
_FILLED = (CellKind.TEXT, CellKind.JSON, CellKind.REFERENCE)


def with_label(cell: Cell, label: str | None, number: int | None = None) -> Cell:
    """`cell` with the row's label, and in generated rows its number, in its text; expressions stay as they are.

    FixtureError for a row that has no label. `{n}` is a text where rows are not generated.
    """
    if cell.kind not in _FILLED or "{" not in cell.text:
        return cell
    if cell.value is not None:
        value = _inside(cell.value, cell, label, number)
        return cell if value == cell.value else replace(cell, text=value.json, value=value)
    text = _text(cell.text, cell, label, number)
    return cell if text == cell.text else replace(cell, text=text)


def _inside(value: Value, cell: Cell, label: str | None, number: int | None) -> Value:
    if value.kind in (ValueKind.TEXT, ValueKind.REFERENCE):
        return replace(value, text=_text(value.text, cell, label, number))
    if not value.values:
        return value
    return replace(value, values=tuple(_inside(one, cell, label, number) for one in value.values))


def _text(text: str, cell: Cell, label: str | None, number: int | None) -> str:
    def filled(match: re.Match[str]) -> str:
        word = match[2]
        if match[1] == "n" or word == "n":
            if number is None:
                return match[0]
            return "{n}" if word is None else str(number)
        if word is None:
            return "{label}"
        if label is None:
            raise FixtureError(
                "{label} stands in a row without a label.",
                "Rows in a list have none.",
                "give the row a label; if the text is meant as it stands, write {{label}}",
                place=cell.place,
            )
        return label

    return _TEMPLATE.sub(filled, text)
