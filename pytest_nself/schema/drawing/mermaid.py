"""A schema as a Mermaid `erDiagram`, which many sites draw by themselves."""

from __future__ import annotations

import re

from pytest_nself.schema.model import Schema

from .diagram import Edge, Row, diagram_of

_WORDS = frozenset(
    (
        *("class", "classdef", "style", "subgraph", "end", "erdiagram", "title", "direction", "acctitle", "accdescr"),
        *("one", "only", "many", "to", "zero", "optionally"),
    )
)
"""Words of Mermaid's own, which a name can only be between quotes."""


def mermaid(schema: Schema) -> str:
    """The text of an `erDiagram`. What Mermaid cannot have in a name or a type is written with underscores."""
    diagram = diagram_of(schema, enums=False)
    lines = ["erDiagram"]
    titles = {box.key: _entity(box.title) for box in diagram.boxes}
    for box in diagram.boxes:
        lines += [f"    {titles[box.key]} {{", *(f"        {_attribute(row)}" for row in box.rows), "    }"]
    for edge in diagram.edges:
        label = ", ".join(edge.holder_rows).replace('"', "'")
        lines.append(f'    {titles[edge.target]} {_line(edge)} {titles[edge.holder]} : "{label}"')
    return "\n".join(lines) + "\n"


def _entity(title: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", title) and title.lower() not in _WORDS:
        return title
    return '"' + re.sub(r'[\\"%\n]', "_", title) + '"'


def _attribute(row: Row) -> str:
    keys = ", ".join(word for word, there in (("PK", row.pk), ("FK", row.fk), ("UK", row.unique)) if there)
    note = row.note.replace('"', "'").replace("\n", " ") if row.note else ("" if not row.nullable else "null")
    words = [_word(row.type or "text", r"[^A-Za-z0-9_()\[\]-]"), _word(row.name, r"[^A-Za-z0-9_-]")]
    words += [keys] if keys else []
    words += [f'"{note}"'] if note else []
    return " ".join(words)


def _word(text: str, other: str) -> str:
    word = re.sub(other, "_", text)
    return word if re.match(r"[A-Za-z]", word) else f"x{word}"


def _line(edge: Edge) -> str:
    if edge.many:
        return "}o--o{"
    return f"{'|o' if edge.nullable else '||'}--{'o|' if edge.one else 'o{'}"
