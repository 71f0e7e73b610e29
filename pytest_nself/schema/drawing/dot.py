"""A schema in the language of Graphviz, for who wants its layouts: tables are HTML-like labels with a port per row."""

from __future__ import annotations

from html import escape

from pytest_nself.schema.model import Schema

from .diagram import Box, Diagram, Edge, Row, diagram_of


def dot(schema: Schema) -> str:
    """The text of a `digraph`."""
    diagram = diagram_of(schema)
    names = {(box.key, box.is_enum): f"n{number}" for number, box in enumerate(diagram.boxes)}
    lines = [
        "digraph schema {",
        '    graph [rankdir=LR, nodesep=0.4, ranksep=1.2, fontname="Helvetica"];',
        '    node [shape=plain, fontname="Helvetica", fontsize=11];',
        '    edge [dir=both, arrowsize=0.8, color="#8a97a8"];',
    ]
    lines += _nodes(diagram, names)
    for edge in diagram.edges:
        lines.append(_edge(edge, diagram, names))
    return "\n".join([*lines, "}", ""])


def _nodes(diagram: Diagram, names: dict[tuple[tuple[str, str], bool], str]) -> list[str]:
    lines = []
    for group in (None, *diagram.groups):
        own = [box for box in diagram.boxes if box.group == group]
        if group is not None:
            number = diagram.groups.index(group)
            lines.append(f"    subgraph cluster_{number} {{")
            lines.append(f'        label={_quoted(group)}; style=rounded; color="#c5ccd6";')
        lines += [f"    {'    ' if group else ''}{names[box.key, box.is_enum]} [label=<{_label(box)}>];" for box in own]
        if group is not None:
            lines.append("    }")
    return lines


def _label(box: Box) -> str:
    head = (
        f'<tr><td colspan="2" bgcolor="{"#eef1f5" if box.is_enum else "#dbe4f3"}"><b>{escape(box.title)}</b></td></tr>'
    )
    rows = "".join(_row(row, number) for number, row in enumerate(box.rows))
    return f'<table border="0" cellborder="1" cellspacing="0" cellpadding="4" color="#c5ccd6">{head}{rows}</table>'


def _row(row: Row, number: int) -> str:
    name = f"<b>{escape(row.name)}</b>" if row.pk else escape(row.name)
    kind = escape(row.type) + ("?" if row.nullable and row.type else "")
    return (
        f'<tr><td align="left" port="l{number}">{name}</td>'
        f'<td align="right" port="r{number}"><font color="#7a8698">{kind or " "}</font></td></tr>'
    )


def _edge(edge: Edge, diagram: Diagram, names: dict[tuple[tuple[str, str], bool], str]) -> str:
    boxes = {box.key: box for box in diagram.boxes if not box.is_enum}

    def port(key: tuple[str, str], rows: tuple[str, ...]) -> str:
        there = [row.name for row in boxes[key].rows]
        at = next((there.index(row) for row in rows if row in there), None)
        return names[key, False] + ("" if at is None else f":l{at}")

    tail = "crow" if edge.many or not edge.one else "tee"
    head = "crow" if edge.many else "tee"
    style = "style=dashed, " if edge.nullable else ""
    ends = f"{port(edge.holder, edge.holder_rows)} -> {port(edge.target, edge.target_rows)}"
    return f"    {ends} [{style}arrowtail={tail}, arrowhead={head}];"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
