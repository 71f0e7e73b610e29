"""A schema as an SVG that stands by itself: no fonts, scripts or files beside it; light or dark as the reader likes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from math import hypot

from pytest_nself.schema.model import Schema

from .diagram import Diagram, Row, diagram_of
from .layout import HEAD, NAME_SIZE, ROW, TITLE_SIZE, TYPE_SIZE, Layout, Placed, Point, Route, lay_out
from .metrics import fitted, text_width

_HUES = (214, 160, 28, 276, 340, 190, 96, 46, 252, 4, 124, 310)
"""The colours of groups, and of lines: far from each other, one after the other."""
_CORNER = 7.0
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FONT = "ui-sans-serif, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
_STYLE = """
svg { --canvas: #f7f8fa; --box: #ffffff; --edge: #d5dae1; --text: #1f2733; --muted: #7a8698; --line: #8a97a8;
  --stripe: #f4f6f9; --key: #c48a00; --sat: 52%; --head: 42%; --wire: 46%; }
@media (prefers-color-scheme: dark) {
  svg { --canvas: #14181f; --box: #1d232d; --edge: #343d4b; --text: #e4e9f0; --muted: #8b98aa; --line: #6f7d90;
    --stripe: #222935; --key: #f0bf4c; --sat: 42%; --head: 36%; --wire: 62%; }
}
text { font-family: FONT; fill: var(--text); }
.canvas { fill: var(--canvas); }
.box { fill: var(--box); stroke: var(--edge); }
.head { fill: hsl(var(--hue) var(--sat) var(--head)); }
.enum .head { fill: var(--box); }
.enum .box { stroke-dasharray: 4 3; }
.title { font-size: 13px; font-weight: 600; fill: #ffffff; }
.enum .title { fill: var(--text); }
.stripe { fill: var(--stripe); }
.name { font-size: 12.5px; }
.pk { font-weight: 600; }
.type { font-size: 11px; fill: var(--muted); text-anchor: end; }
.mark { fill: none; stroke: var(--muted); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.key { stroke: var(--key); }
.caption { font-size: 12px; fill: var(--muted); }
.heading { font-size: 20px; font-weight: 600; }
.wire { fill: none; stroke: hsl(var(--hue) 38% var(--wire)); stroke-width: 1.4; stroke-linejoin: round; }
.wire.plain { stroke: var(--line); }
.wire.maybe .stub { stroke-dasharray: 3 3; }
.wire .end { fill: var(--canvas); }
.wire .hit { stroke: transparent; stroke-width: 9; }
.wire:hover { stroke: var(--text); stroke-width: 2.2; }
""".replace("FONT", _FONT)


def svg(schema: Schema, *, enums: bool = True) -> str:
    """The drawing of a schema. The same schema always gives the same text."""
    diagram = diagram_of(schema, enums=enums)
    return _Drawing(diagram, lay_out(diagram)).text()


class _Drawing:
    def __init__(self, diagram: Diagram, layout: Layout) -> None:
        self.diagram, self.layout = diagram, layout
        self.hues = {group: _HUES[at % len(_HUES)] for at, group in enumerate(diagram.groups)}
        sizes: dict[int, int] = {}
        for route in layout.routes:
            sizes[route.net] = sizes.get(route.net, 0) + 1
        # Lines that many tables share have a colour, so that the eye can follow them.
        busy = sorted((net for net, count in sizes.items() if count > 1), key=lambda net: (-sizes[net], net))
        self.wires = {net: _HUES[at % len(_HUES)] for at, net in enumerate(busy)}
        self.top = 46.0 if diagram.title else 0.0

    def text(self) -> str:
        tables = sum(not box.is_enum for box in self.diagram.boxes)
        legend = list(self._legend())
        width = max(self.layout.width, 640.0)
        height = self.layout.height + self.top + 34
        title = _xml(self.diagram.title or "Schema")
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}"'
            f' height="{_n(height)}" role="img">',
            f"<title>{title}</title>",
            f"<desc>{tables} tables, {len(self.diagram.edges)} references</desc>",
            f"<style>{_STYLE}</style>",
            f'<rect class="canvas" width="{_n(width)}" height="{_n(height)}"/>',
        ]
        if self.diagram.title:
            lines.append(f'<text class="heading" x="40" y="48">{title}</text>')
        lines.append(f'<g transform="translate(0 {_n(self.top)})">')
        for route in self.layout.routes:
            lines += self._wire(route)
        for placed in self.layout.boxes:
            lines += self._box(placed)
        return "\n".join([*lines, "</g>", *legend, "</svg>", ""])

    def _legend(self) -> Iterator[str]:
        """What the marks mean, and which colour is which group."""
        y = self.layout.height + self.top + 6
        x = 40.0
        for group, hue in self.hues.items():
            yield f'<rect x="{_n(x)}" y="{_n(y - 9)}" width="11" height="11" rx="3" class="head" style="--hue:{hue}"/>'
            yield f'<text class="caption" x="{_n(x + 17)}" y="{_n(y)}">{_xml(group)}</text>'
            x += 17 + text_width(group, 12) + 20
        for mark, words in ((_key, "primary key"), (_arrow, "foreign key")):
            yield mark(x + 6, y - 4)
            yield f'<text class="caption" x="{_n(x + 18)}" y="{_n(y)}">{words}</text>'
            x += 18 + text_width(words, 12) + 20
        words = "? and dashes: may be null    U unique"
        yield f'<text class="caption" x="{_n(x)}" y="{_n(y)}" xml:space="preserve">{words}</text>'

    def _box(self, placed: Placed) -> Iterator[str]:
        box = placed.box
        hue = self.hues.get(box.group or "", _HUES[0])
        style = f"--hue:{hue}"
        head = f' style="fill:{_xml(box.color)}"' if box.color and box.color.startswith("#") else ""
        w, h = _n(placed.width), _n(placed.height)
        name = _xml(f"{box.key[0]}.{box.key[1]}")
        kind = "enum" if box.is_enum else "table"
        place = f"translate({_n(placed.x)} {_n(placed.y)})"
        yield f'<g class="{kind}" data-name="{name}" transform="{place}" style="{style}">'
        note = f"\n{box.note}" if box.note else ""
        yield f"<title>{_xml(('enum ' if box.is_enum else '') + box.title + note)}</title>"
        yield f'<rect class="box" width="{w}" height="{h}" rx="7"/>'
        shape = f"M0.5 {_n(HEAD)}V7.5a7 7 0 0 1 7-7H{_n(placed.width - 7.5)}a7 7 0 0 1 7 7V{_n(HEAD)}z"
        yield f'<path class="head"{head} d="{shape}"/>'
        title = fitted(box.title, TITLE_SIZE, placed.width - 20, bold=True)
        yield f'<text class="title" x="11" y="{_n(HEAD / 2 + 4.6)}">{_xml(title)}</text>'
        for number, row in enumerate(box.rows):
            yield from _row(row, HEAD + ROW * number, placed.width, striped=number % 2 == 1, is_enum=box.is_enum)
        yield "</g>"

    def _wire(self, route: Route) -> Iterator[str]:
        edge = route.edge
        hue = self.wires.get(route.net)
        kind = "wire" + (" plain" if hue is None else "") + (" maybe" if edge.nullable else "")
        style = "" if hue is None else f' style="--hue:{hue}"'
        points = _straightened(route.points)
        said = f"{_told(edge.holder, edge.holder_rows)} → {_told(edge.target, edge.target_rows)}"
        yield f'<g class="{kind}"{style}><title>{_xml(said)}</title>'
        first, second = points[0], points[1]
        way = 1 if second[0] > first[0] else -1
        reach = max(13.0, min(abs(second[0] - first[0]) - _CORNER, 44.0))
        stub = (first[0] + way * reach, first[1])
        yield f'<path class="hit" d="{_rounded(points)}"/>'
        yield f'<path d="{_rounded([stub, *points[1:]])}"/>'
        yield f'<path class="stub" d="M{_n(first[0])} {_n(first[1])}H{_n(stub[0])}"/>'
        yield _many(first, way) if edge.many or not edge.one else _one(first, way)
        last, before = points[-1], points[-2]
        back = 1 if before[0] > last[0] else -1
        yield _many(last, back) if edge.many else _one(last, back)
        yield "</g>"


def _told(key: tuple[str, str], rows: Sequence[str]) -> str:
    return f"{key[1]}.{rows[0] if len(rows) == 1 else '(' + ', '.join(rows) + ')'}"


def _row(row: Row, y: float, width: float, *, striped: bool, is_enum: bool) -> Iterator[str]:
    if striped:
        yield f'<rect class="stripe" x="0.5" y="{_n(y)}" width="{_n(width - 1)}" height="{_n(ROW)}"/>'
    base = y + ROW / 2 + 4.2
    note = f"<title>{_xml(row.note)}</title>" if row.note else ""
    if row.pk:
        yield _key(15, y + ROW / 2)
    elif row.fk:
        yield _arrow(15, y + ROW / 2)
    if is_enum:
        yield f'<text class="name" x="12" y="{_n(base)}">{note}{_xml(fitted(row.name, NAME_SIZE, width - 24))}</text>'
        return
    kind = row.type + ("?" if row.nullable else "")
    room = width - 28 - 11 - 8 - (16 if row.unique else 0)
    shown = fitted(kind, TYPE_SIZE, room * 0.45)
    if text_width(row.name, NAME_SIZE, bold=row.pk) + text_width(kind, TYPE_SIZE) <= room:
        shown = kind
    name = fitted(row.name, NAME_SIZE, room - text_width(shown, TYPE_SIZE), bold=row.pk)
    kind = shown
    yield f'<text class="name{" pk" if row.pk else ""}" x="28" y="{_n(base)}">{note}{_xml(name)}</text>'
    yield f'<text class="type" x="{_n(width - 11)}" y="{_n(base)}">{"U  " if row.unique else ""}{_xml(kind)}</text>'


def _key(x: float, y: float) -> str:
    """A key, 12 pixels wide, around a point."""
    ring = f"M{_n(x - 1)} {_n(y)}a2.6 2.6 0 1 0 -5.2 0a2.6 2.6 0 1 0 5.2 0"
    return f'<path class="mark key" d="{ring}H{_n(x + 6)}M{_n(x + 3)} {_n(y)}v2.6M{_n(x + 6)} {_n(y)}v2.6"/>'


def _arrow(x: float, y: float) -> str:
    """An arrow that leads out, 10 pixels wide, around a point."""
    return f'<path class="mark" d="M{_n(x - 4)} {_n(y)}H{_n(x + 4)}m-3 -3l3 3l-3 3"/>'


def _many(at: Point, way: int) -> str:
    """A crow's foot: many rows here."""
    x, y = at
    tip = x + way * 11
    return f'<path d="M{_n(x)} {_n(y - 5)}L{_n(tip)} {_n(y)}L{_n(x)} {_n(y + 5)}"/>'


def _one(at: Point, way: int) -> str:
    """A bar: one row here."""
    return f'<path d="M{_n(at[0] + way * 8)} {_n(at[1] - 4.5)}v9"/>'


def _straightened(points: Sequence[Point]) -> list[Point]:
    """Without points in the middle of a straight line."""
    found: list[Point] = []
    for point in points:
        if found and hypot(point[0] - found[-1][0], point[1] - found[-1][1]) < 0.01:
            continue
        while len(found) > 1 and _in_line(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    return found


def _in_line(a: Point, b: Point, c: Point) -> bool:
    return (abs(a[0] - b[0]) < 0.01 and abs(b[0] - c[0]) < 0.01) or (
        abs(a[1] - b[1]) < 0.01 and abs(b[1] - c[1]) < 0.01
    )


def _rounded(points: Sequence[Point]) -> str:
    """A path along points, its corners rounded."""
    path = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        first = hypot(here[0] - before[0], here[1] - before[1])
        second = hypot(after[0] - here[0], after[1] - here[1])
        r = min(_CORNER, first / 2, second / 2)
        ax, ay = here[0] + (before[0] - here[0]) * r / (first or 1), here[1] + (before[1] - here[1]) * r / (first or 1)
        bx, by = here[0] + (after[0] - here[0]) * r / (second or 1), here[1] + (after[1] - here[1]) * r / (second or 1)
        path.append(f"L{_n(ax)} {_n(ay)}Q{_n(here[0])} {_n(here[1])} {_n(bx)} {_n(by)}")
    path.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(path)


def _xml(text: str) -> str:
    """A text as XML holds it."""
    return escape(_CONTROLS.sub("\ufffd", text))


def _n(value: float) -> str:
    """A number of pixels, as short as it can be."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
