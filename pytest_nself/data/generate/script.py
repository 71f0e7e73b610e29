"""Generated rows as a seed: SQL that a person can read and change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_nself.core.names import quote_literal, spell_identifier, spell_qualified
from pytest_nself.core.step import CopyRows, Statement

from .filled import Filled
from .plan import Generated

_TOGETHER = 200
_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r"}
_HEADER = """-- +seed:generated
-- {rows} rows made by `nself db seed generate`, seed {seed}. Never loaded in production.
"""


def seed_text(generated: Generated, steps: Sequence[object]) -> Iterator[str]:
    """The seed's text, in pieces. `steps` are those of the plan for the same rows, without keys made again."""
    yield _HEADER.format(rows=generated.rows, seed=generated.wishes.seed)
    filled = {f"fill {ref}": one for ref, one in generated.tables.items()}
    for step in steps:
        if isinstance(step, Statement):
            yield f"\n{step.sql.text}\n"
        elif isinstance(step, CopyRows):
            one = filled.get(step.title)
            yield from _inserts(one) if one is not None else _copied(step)


def _inserts(filled: Filled) -> Iterator[str]:
    rows, table = filled.rows, filled.table
    name = spell_qualified(table.ref.schema, table.ref.name)
    columns = ", ".join(map(spell_identifier, rows.columns))
    always = any(column.identity == "always" for column in table.columns if column.name in rows.columns)
    head = f"\ninsert into {name} ({columns})" + (" overriding system value" if always else "") + " values\n"
    if not rows.columns:
        yield from (f"\ninsert into {name} default values;\n" for _ in range(rows.count))
        return
    for start in range(0, rows.count, _TOGETHER):
        found = [_row(rows.row(row)) for row in range(start, min(rows.count, start + _TOGETHER))]
        yield head + ",\n".join(found) + ";\n"


def _copied(step: CopyRows) -> Iterator[str]:
    """Rows for a temporary table, from COPY's text format back to values."""
    columns = ", ".join(step.columns)
    for chunk in step.source():
        lines = chunk.decode().splitlines()
        rows = [_row([_value(one) for one in line.split("\t")]) for line in lines]
        for start in range(0, len(rows), _TOGETHER):
            values = ",\n".join(rows[start : start + _TOGETHER])
            yield f"\ninsert into {step.table} ({columns}) values\n{values};\n"


def _value(text: str) -> str | None:
    if text == "\\N":
        return None
    return re.sub(r"\\(.)", lambda match: _CHARACTERS.get(match[1], match[1]), text)


def _row(values: Sequence[str | None]) -> str:
    return f"    ({', '.join('null' if one is None else quote_literal(one) for one in values)})"
