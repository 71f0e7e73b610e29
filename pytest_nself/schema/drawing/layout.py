"""Where everything in a drawing stands: boxes in columns, lines in the channels between them, joined per target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_nself.schema.model import Key

from .columns import assign, column_count
from .diagram import Box, Diagram, Edge
from .metrics import text_width
from .routing import CLEAR, TRACK, Net, arrange
from .stacking import Item, link, stack

HEAD, ROW, FOOT = 30.0, 21.0, 5.0
"""Pixels that the head of a box, each of its rows, and the space below them take."""
NAME_SIZE, TYPE_SIZE, TITLE_SIZE = 12.5, 11.0, 13.0
_MARKS, _SIDE, _BETWEEN = 20.0, 10.0, 18.0
_NARROWEST, _WIDEST = 150.0, 340.0
_GAP, _LANE, _LANE_GAP = 26.0, 0.0, 11.0
_ASPECT = 1.5
_STEP = 7.0
_SCREEN = 960.0
"""No drawing is broken into rows that are narrower than this."""
_BORDER = 40.0
_APART = 56.0
"""Pixels between the pieces of a drawing that no line joins."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its place: the top left corner and its size."""

    box: Box
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """The line of a reference, from the box that holds the key to the one it points to.

    `net` numbers the targets: lines to one target share their way.
    """

    edge: Edge
    points: tuple[Point, ...]
    net: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole drawing, in pixels."""

    width: float
    height: float
    boxes: tuple[Placed, ...]
    routes: tuple[Route, ...]


def box_size(box: Box) -> tuple[float, float]:
    """The size a box wants."""
    widest = text_width(box.title, TITLE_SIZE, bold=True) + 2 * _SIDE
    for row in box.rows:
        kind = text_width(row.type, TYPE_SIZE) + (10 if row.nullable else 0) + (16 if row.unique else 0)
        widest = max(widest, _MARKS + _SIDE * 2 + text_width(row.name, NAME_SIZE, bold=row.pk) + _BETWEEN + kind)
    return min(max(widest, _NARROWEST), _WIDEST), HEAD + ROW * len(box.rows) + FOOT


def lay_out(diagram: Diagram) -> Layout:
    """Place everything. The same diagram always looks the same."""
    numbers = {box.key: number for number, box in enumerate(diagram.boxes) if not box.is_enum}
    nets: dict[tuple[Key, tuple[str, ...]], int] = {}
    for edge in diagram.edges:
        nets.setdefault((edge.target, edge.target_rows), len(nets))
    parts = _components(diagram, numbers)
    sizes = [box_size(box) for box in diagram.boxes]
    joined = [
        part
        for part in parts
        if len(part) > 1 or any(e.holder == e.target == diagram.boxes[part[0]].key for e in diagram.edges)
    ]
    alone = sorted(
        (part[0] for part in parts if part not in joined), key=lambda at: (diagram.boxes[at].group or "", at)
    )
    alone += [number for number, box in enumerate(diagram.boxes) if box.is_enum]
    pieces = [
        _Part([diagram.boxes[at] for at in part], [sizes[at] for at in part], diagram, nets).piece() for part in joined
    ]
    return _packed(pieces, [(diagram.boxes[at], *sizes[at]) for at in alone])


def _components(diagram: Diagram, numbers: Mapping[Key, int]) -> list[list[int]]:
    """The boxes that hang together, the largest group first."""
    parent = list(range(len(diagram.boxes)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for edge in diagram.edges:
        a, b = root(numbers[edge.holder]), root(numbers[edge.target])
        parent[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = {}
    for number in numbers.values():
        found.setdefault(root(number), []).append(number)
    return sorted(found.values(), key=lambda part: (-len(part), part[0]))


class _Part:
    """Boxes that hang together, laid out for themselves."""

    def __init__(
        self,
        boxes: list[Box],
        sizes: list[tuple[float, float]],
        diagram: Diagram,
        nets: Mapping[tuple[Key, tuple[str, ...]], int],
    ) -> None:
        self.boxes, self.sizes = boxes, sizes
        self.at = {box.key: number for number, box in enumerate(boxes)}
        self.edges = [edge for edge in diagram.edges if edge.holder in self.at]
        self.nets = nets
        heights = [height + _GAP for _, height in sizes]
        width = sum(width for width, _ in sizes) / len(sizes) + 2 * CLEAR + 4 * TRACK
        count = column_count(heights, width, 4.5 if len(boxes) < 6 else 2.2 if len(boxes) < 11 else _ASPECT)
        links = [(self.at[edge.holder], self.at[edge.target]) for edge in self.edges]
        self.column = assign(heights, links, [box.group for box in boxes], count)
        self.count = max(self.column) + 1
        self.items = [
            Item(column, height, _GAP, group=box.group)
            for column, (_, height), box in zip(self.column, sizes, boxes, strict=True)
        ]
        self.lanes: dict[tuple[int, int], Item] = {}

    def piece(self) -> Layout:
        self._link()
        columns: list[list[Item]] = [[] for _ in range(self.count)]
        for item in (*self.items, *self.lanes.values()):
            columns[item.column].append(item)
        stack(columns)
        self._snap(columns)
        channels = self._channels()
        xs, width = self._across(channels)
        boxes = tuple(
            Placed(box, xs[self.column[at]], self.items[at].y, self._width(self.column[at]), self.sizes[at][1])
            for at, box in enumerate(self.boxes)
        )
        routes = tuple(self._route(edge, channels, xs) for edge in self.edges)
        height = max(one.y + one.height for one in boxes)
        lanes = [item.y for item in self.lanes.values()]
        return Layout(width, max(height, *lanes, 0.0) if lanes else height, boxes, routes)

    def _net(self, edge: Edge) -> int:
        return self.nets[(edge.target, edge.target_rows)]

    def _pin(self, key: Key, rows: Sequence[str]) -> float:
        """The height of a row in its box; of several columns, that of the first."""
        box = self.boxes[self.at[key]]
        names = [row.name for row in box.rows]
        row = next((names.index(name) for name in rows if name in names), None)
        return HEAD / 2 if row is None else HEAD + ROW * (row + 0.5)

    def _steps(self, edge: Edge) -> range:
        """The columns that a line crosses on its way from the box that holds the key."""
        start, end = self.column[self.at[edge.holder]], self.column[self.at[edge.target]]
        return range(start - 1, end, -1) if start > end else range(start + 1, end)

    def _link(self) -> None:
        """Tell the items what wants to be level, and make the lanes."""
        seen: set[tuple[int, int, int]] = set()
        for edge in self.edges:
            net = self._net(edge)
            here, pin = self.items[self.at[edge.holder]], self._pin(edge.holder, edge.holder_rows)
            if edge.holder == edge.target:
                continue
            for column in self._steps(edge):
                lane = self.lanes.get((net, column))
                if lane is None:
                    lane = self.lanes[(net, column)] = Item(column, _LANE, _LANE_GAP, is_lane=True)
                if here.is_lane and (net, here.column, column) in seen:
                    here, pin = lane, 0.0
                    continue
                if here.is_lane:
                    seen.add((net, here.column, column))
                link(here, pin, lane, 0.0, 2.0 if here.is_lane else 1.0)
                here, pin = lane, 0.0
            target = self.items[self.at[edge.target]]
            if here.is_lane:
                if (net, here.column, target.column) in seen:
                    continue
                seen.add((net, here.column, target.column))
            weight = 0.4 if here.column == target.column else 1.0
            link(here, pin, target, self._pin(edge.target, edge.target_rows), weight)

    def _snap(self, columns: list[list[Item]]) -> None:
        """Put boxes of neighbouring columns on different grids, so that no two lines meet head on; then lanes."""
        for number, column in enumerate(columns):
            bottom = -1e9
            for item in column:
                if item.is_lane:
                    continue
                shift = ROW / 2 if number % 2 else 0.0
                y = round((item.y - shift) / ROW) * ROW + shift
                while y < bottom:
                    y += ROW
                item.y = y
                bottom = y + item.height + _GAP * 0.6
            self._settle_lanes(column)

    def _settle_lanes(self, column: list[Item]) -> None:
        """Spread the lanes evenly between the boxes they run between."""
        at = 0
        while at < len(column):
            if not column[at].is_lane:
                at += 1
                continue
            end = at
            while end < len(column) and column[end].is_lane:
                end += 1
            above = column[at - 1].y + column[at - 1].height if at else None
            below = column[end].y if end < len(column) else None
            count = end - at
            if above is None and below is not None:
                places = [below - _GAP / 2 - _LANE_GAP * (count - 1 - n) for n in range(count)]
            elif below is None and above is not None:
                places = [above + _GAP / 2 + _LANE_GAP * n for n in range(count)]
            elif above is not None and below is not None:
                room = below - above
                step = min(_LANE_GAP, room / (count + 1))
                wished = sum(item.y for item in column[at:end]) / count
                middle = min(max(wished, above + step * (count + 1) / 2), below - step * (count + 1) / 2)
                places = [middle + step * (n - (count - 1) / 2) for n in range(count)]
            else:
                places = [item.y for item in column[at:end]]
            for item, y in zip(column[at:end], places, strict=True):
                item.y = y + 0.5
            if count == 1:
                self._straighten(column[at], above, below)
            at = end

    def _straighten(self, lane: Item, above: float | None, below: float | None) -> None:
        """Take out a small step between a lane and the row that it leads to."""
        low = -1e9 if above is None else above + _STEP
        high = 1e9 if below is None else below - _STEP
        pins = [other.y + there for other, _, there, _ in lane.links if not other.is_lane]
        near = [y for y in pins if low <= y <= high and abs(y - lane.y) <= 2 * _STEP]
        lane.y = min(near, key=lambda y: (abs(y - lane.y), y), default=lane.y)

    def _sides(self, edge: Edge) -> tuple[int, int]:
        """The channels at which a line leaves the box of its holder and comes to that of its target.

        The channel `n` lies to the right of column `n`.
        """
        start, end = self.column[self.at[edge.holder]], self.column[self.at[edge.target]]
        if start > end:
            return start - 1, end
        if start < end:
            return start, end - 1
        channel = start if start < self.count - 1 or self.count == 1 else start - 1
        return channel, channel

    def _heights(self, edge: Edge) -> tuple[float, list[float], float]:
        """Those at which a line begins, crosses columns, and ends."""
        net = self._net(edge)
        holder, target = self.items[self.at[edge.holder]], self.items[self.at[edge.target]]
        lanes = [self.lanes[(net, column)].y for column in self._steps(edge)]
        start = holder.y + self._pin(edge.holder, edge.holder_rows)
        return start, lanes, target.y + self._pin(edge.target, edge.target_rows)

    def _walk(self, edge: Edge) -> list[tuple[int, bool, float, bool, float]]:
        """Each channel on the way: where the line enters it (from the left, how high) and where it leaves."""
        first, last = self._sides(edge)
        start, lanes, end = self._heights(edge)
        heights = [start, *lanes, end]
        begin, finish = self.column[self.at[edge.holder]], self.column[self.at[edge.target]]
        if begin == finish:
            left = first == begin
            return [(first, left, start, left, end)]
        step = -1 if begin > finish else 1
        channels = range(first, last + step, step)
        return [(channel, step > 0, heights[n], step < 0, heights[n + 1]) for n, channel in enumerate(channels)]

    def _channels(self) -> dict[int, dict[int, Net]]:
        channels: dict[int, dict[int, Net]] = {}
        for edge in self.edges:
            for channel, from_left, enters, to_left, leaves in self._walk(edge):
                net = channels.setdefault(channel, {}).setdefault(self._net(edge), Net())
                for left, y in ((from_left, enters), (to_left, leaves)):
                    side = net.left if left else net.right
                    if y not in side:
                        side.append(y)
        return channels

    def _width(self, column: int) -> float:
        return max(self.sizes[at][0] for at, one in enumerate(self.column) if one == column)

    def _across(self, channels: dict[int, dict[int, Net]]) -> tuple[list[float], float]:
        """The left side of each column, and the width of all; each line gets the x of its track."""
        xs: list[float] = []
        x = 0.0
        for column in range(self.count):
            xs.append(x)
            x += self._width(column)
            nets = channels.get(column, {})
            if not nets and column == self.count - 1:
                break
            tracks = arrange(list(nets.values()))
            for net in nets.values():
                net.x = x + CLEAR + net.track * TRACK
            x += 2 * CLEAR + max(tracks - 1, 0) * TRACK
        return xs, x

    def _route(self, edge: Edge, channels: dict[int, dict[int, Net]], xs: list[float]) -> Route:
        points: list[Point] = []
        net = self._net(edge)
        walk = self._walk(edge)
        for channel, from_left, enters, to_left, leaves in walk:
            left, right = xs[channel] + self._width(channel), xs[channel + 1] if channel + 1 < len(xs) else 0.0
            x = channels[channel][net].x
            if not points:
                points.append((left if from_left else right, enters))
            points += [(x, enters), (x, leaves)]
            if channel == walk[-1][0]:
                points.append((left if to_left else right, leaves))
        return Route(edge, tuple(points), net)


def _packed(pieces: list[Layout], alone: list[tuple[Box, float, float]]) -> Layout:
    """The pieces in rows, the highest first; then the boxes that refer to nothing, as one more piece."""
    pieces = sorted(pieces, key=lambda one: (-one.height * one.width, -one.height))
    area = sum((one.width + _APART) * (one.height + _APART) for one in pieces)
    area += sum((width + _GAP) * (height + _GAP) for _, width, height in alone)
    wide = max([(area * _ASPECT) ** 0.5, _SCREEN, *(one.width for one in pieces)])
    if alone:
        pieces.append(_stacked(alone, pieces, wide))
    boxes: list[Placed] = []
    routes: list[Route] = []
    x = y = row = most = 0.0
    for piece in pieces:
        if x and x + piece.width > wide + 1:
            x, y, row = 0.0, y + row + _APART, 0.0
        boxes += [Placed(one.box, one.x + x, one.y + y, one.width, one.height) for one in piece.boxes]
        for route in piece.routes:
            routes.append(Route(route.edge, tuple((px + x, py + y) for px, py in route.points), route.net))
        most, row = max(most, x + piece.width), max(row, piece.height)
        x += piece.width + _APART
    least = min((y for route in routes for _, y in route.points), default=0.0)
    lowest = max((py for route in routes for _, py in route.points), default=0.0)
    up = _BORDER - min(0.0, least)
    return Layout(
        most + 2 * _BORDER,
        max(y + row, lowest) + up + _BORDER,
        tuple(Placed(one.box, one.x + _BORDER, one.y + up, one.width, one.height) for one in boxes),
        tuple(Route(r.edge, tuple((px + _BORDER, py + up) for px, py in r.points), r.net) for r in routes),
    )


def _stacked(alone: list[tuple[Box, float, float]], pieces: list[Layout], wide: float) -> Layout:
    """Boxes in columns of like height, in the room that is left in the last row or in a row of their own."""
    width = max(one[1] for one in alone)
    x = 0.0
    for piece in pieces:
        x = piece.width + _APART if x + piece.width > wide + 1 else x + piece.width + _APART
    beside = int((wide - x + _GAP) / (width + _GAP))
    high = pieces[-1].height if pieces else 0.0
    needed = sum(height + _GAP for _, _, height in alone)
    whole = max(1, int((wide + _GAP) / (width + _GAP)))
    count = beside if pieces and beside >= 1 and needed / beside <= 1.15 * high else whole
    count = min(count, len(alone))
    ends = [0.0] * count
    placed = []
    for box, _, height in alone:
        at = min(range(count), key=lambda one: (ends[one], one))
        placed.append(Placed(box, at * (width + _GAP), ends[at], width, height))
        ends[at] += height + _GAP
    return Layout(count * (width + _GAP) - _GAP, max(ends) - _GAP, tuple(placed), ())
