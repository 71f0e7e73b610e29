"""Tables that need each other: references that run in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef

from .model import Endpoint, Key, Ref, Schema, Table
from .problems import CYCLE

_Edges = dict[Key, dict[Key, Ref]]


def find_cycles(schema: Schema) -> list[Finding]:
    """One finding per circle of two or more tables; a table that points to itself is none.

    Where every key in it is required no first row can be inserted: an error. Else it is a warning.
    """
    tables = schema.tables_by_key()
    every: _Edges = {}
    required: _Edges = {}
    for ref in schema.refs:
        ends = ref.foreign_key
        if ends is None or ref.inactive:
            continue
        holder, target = ends
        if holder.key == target.key or holder.key not in tables or target.key not in tables:
            continue
        every.setdefault(holder.key, {}).setdefault(target.key, ref)
        if _is_required(tables[holder.key], holder):
            required.setdefault(holder.key, {}).setdefault(target.key, ref)
    found = []
    told: set[Key] = set()
    for group in _circles(required):
        told |= group
        found.append(_finding(group, required, tables, Severity.ERROR))
    for group in _circles(every):
        if not group & told:
            found.append(_finding(group, every, tables, Severity.WARNING))
    return found


def _is_required(table: Table, end: Endpoint) -> bool:
    """Whether a row must have a value in every column of the key: one that is null lets the row pass."""
    in_key = {item.text for index in table.indexes if index.pk for item in index.items if not item.expression}
    for name in end.columns:
        column = table.column(name)
        if column is None or not (column.not_null or column.pk or name in in_key):
            return False
    return True


def _circles(edges: _Edges) -> list[set[Key]]:
    """The groups of two or more tables in which each reaches each, in a stable order (Tarjan, without recursion)."""
    order: dict[Key, int] = {}
    low: dict[Key, int] = {}
    open_ones: list[Key] = []
    is_open: set[Key] = set()
    groups: list[set[Key]] = []
    for root in edges:
        if root in order:
            continue
        work = [(root, iter(edges.get(root, ())))]
        order[root] = low[root] = len(order)
        open_ones.append(root)
        is_open.add(root)
        while work:
            node, following = work[-1]
            for target in following:
                if target not in order:
                    order[target] = low[target] = len(order)
                    open_ones.append(target)
                    is_open.add(target)
                    work.append((target, iter(edges.get(target, ()))))
                    break
                if target in is_open:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    at = open_ones.index(node)
                    group = set(open_ones[at:])
                    del open_ones[at:]
                    is_open -= group
                    if len(group) > 1:
                        groups.append(group)
    return groups


def _finding(group: set[Key], edges: _Edges, tables: Mapping[Key, Table], severity: Severity) -> Finding:
    path = _shortest(group, edges)
    refs = [edges[one][other] for one, other in pairwise(path)]
    steps = []
    for ref in refs:
        ends = ref.foreign_key
        assert ends is not None
        steps.append(str(ends[0]))
    first = tables[path[0]]
    text = " -> ".join([*steps, steps[0]])
    if severity is Severity.ERROR:
        message = f"tables need each other in a circle, so that no first row can be inserted: {text}"
        remedy = "let one of these columns be null"
    else:
        message = f"tables point to each other in a circle: {text}"
        remedy = "insert the row with null first and set it afterwards, or break the circle"
    places = ", ".join(str(ref.place) for ref in refs[1:])
    message += f" (also at {places})" if places else ""
    return Finding(
        CYCLE,
        severity,
        ObjectRef("table", first.schema, first.name),
        message,
        remedy,
        place=min(ref.place for ref in refs),
    )


def _shortest(group: set[Key], edges: _Edges) -> list[Key]:
    """A shortest way from the first table of the group back to it; begins and ends with that table."""
    start = min(group)
    before: dict[Key, Key] = {}
    queue = [start]
    for node in queue:
        for target in edges.get(node, ()):
            if target == start:
                way = [node]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return [*reversed(way), start]
            if target in group and target not in before:
                before[target] = node
                queue.append(target)
    raise AssertionError("a group of a circle has a way back")
