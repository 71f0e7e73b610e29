"""The graph of seeds as an SVG: a box for each file, in columns by what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from .graph import Graph, Node

_LETTER, _LINE, _PAD, _GAP_X, _GAP_Y, _MARGIN = 7.3, 18, 12, 70, 22, 24
_STYLE = (
    "text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #24292f } .t { fill: #57606a }"
    " rect { fill: #f6f8fa; stroke: #8c959f } path { fill: none; stroke: #8c959f; stroke-width: 1.4 }"
    " .own rect { fill: #ddf4ff; stroke: #54aeff }"
    " @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .t { fill: #9198a1 }"
    " rect { fill: #151b23; stroke: #656c76 } .own rect { fill: #0c2d6b; stroke: #388bfd } }"
)


class _Box(NamedTuple):
    node: Node
    x: float
    y: float
    width: float
    height: float


def svg(graph: Graph) -> str:
    """The drawing; files of one environment alone are tinted, a title on each arrow names its tables."""
    boxes = {box.node.file.name: box for box in _placed(graph)}
    width = max((box.x + box.width for box in boxes.values()), default=0) + _MARGIN
    height = max((box.y + box.height for box in boxes.values()), default=0) + _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img">',
        "<title>Seeds and what they need</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 L8 4 L0 8"/></marker></defs>',
        *_arrows(graph, boxes),
    ]
    for box in boxes.values():
        lines += _box(box)
    return "\n".join([*lines, "</svg>"])


def _columns(graph: Graph) -> Mapping[str, int]:
    """The column of each file: one behind the last that it needs, as far as the order agrees."""
    place = {node.file.name: number for number, node in enumerate(graph.nodes)}
    found: dict[str, int] = {}
    for node in graph.nodes:
        name = node.file.name
        before = [found[edge.before] for edge in graph.edges if edge.after == name and place[edge.before] < place[name]]
        found[name] = max(before, default=-1) + 1
    return found


def _placed(graph: Graph) -> Iterator[_Box]:
    columns = _columns(graph)
    x = float(_MARGIN)
    for number in range(max(columns.values(), default=-1) + 1):
        nodes = [node for node in graph.nodes if columns[node.file.name] == number]
        width = max(_LETTER * max(map(len, _texts(node))) + 2 * _PAD for node in nodes)
        y = float(_MARGIN)
        for node in nodes:
            height = _LINE * len(_texts(node)) + _PAD
            yield _Box(node, x, y, width, height)
            y += height + _GAP_Y
        x += width + _GAP_X


def _texts(node: Node) -> list[str]:
    return [node.file.name, *map(str, node.writes)]


def _box(box: _Box) -> Iterator[str]:
    own = ' class="own"' if box.node.file.environments is not None else ""
    yield f'<g{own}><rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="5"/>'
    for number, text in enumerate(_texts(box.node), 1):
        kind = ' class="t"' if number > 1 else ""
        yield f'<text{kind} x="{box.x + _PAD:g}" y="{box.y + _LINE * number:g}">{escape(text)}</text>'
    yield "</g>"


def _arrows(graph: Graph, boxes: Mapping[str, _Box]) -> Iterator[str]:
    for edge in graph.edges:
        start, end = boxes[edge.before], boxes[edge.after]
        x1, y1 = start.x + start.width, start.y + start.height / 2
        x2, y2 = end.x, end.y + end.height / 2
        bend = max(_GAP_X / 2, abs(x2 - x1) / 2)
        title = ", ".join(map(str, edge.tables)) or "says a header"
        curve = f"M{x1:g} {y1:g} C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
        yield f'<path marker-end="url(#arrow)" d="{curve}"><title>{escape(title)}</title></path>'
