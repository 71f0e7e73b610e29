"""Which seed needs which: by the tables that one fills and another looks into, and by what headers say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_nself.core.finding import Finding, Findings, Severity

from .ordering import Edge, Order
from .seed_file import SeedFile
from .touching import TableName, Touches


@dataclass(frozen=True, slots=True)
class Node:
    """A file with the tables that it writes and reads; `seen` are those that only a run has shown."""

    file: SeedFile
    writes: tuple[TableName, ...]
    reads: tuple[TableName, ...]
    seen: frozenset[TableName] = frozenset()
    unknown: str = ""
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """The files in their order, and what leads from one to another; `findings` are needs that the order ignores."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    findings: Findings


def make_graph(order: Order, said: Mapping[str, Touches], seen: Mapping[str, Touches]) -> Graph:
    """The graph of these files, `said` by their texts and `seen` in a run, by their names."""
    nodes = tuple(_node(file, said[file.name], seen.get(file.name)) for file in order.files)
    edges = [edge for edge in order.edges if edge.place is not None]
    edges += list(_needs(nodes))
    return Graph(nodes, tuple(edges), Findings(_against(nodes, edges)))


def _node(file: SeedFile, said: Touches, seen: Touches | None) -> Node:
    run = seen or Touches()
    writes = said.writes | run.writes
    reads = (said.reads | run.reads) - writes
    only_seen = (writes - said.writes) | (reads - said.reads)
    unknown = "" if seen is not None else said.unknown
    return Node(file, _sorted(writes), _sorted(reads), only_seen, unknown, seen is not None)


def _needs(nodes: Sequence[Node]) -> Iterator[Edge]:
    for after in nodes:
        for before in nodes:
            tables = set(before.writes) & set(after.reads)
            if before is not after and tables:
                yield Edge(before.file.name, after.file.name, _sorted(tables))


def _against(nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[Finding]:
    """Needs that come too late: all files that fill a table are run after the one that looks into it."""
    place = {node.file.name: number for number, node in enumerate(nodes)}
    for node in nodes:
        for table in node.reads:
            filling = [edge.before for edge in edges if edge.after == node.file.name and table in edge.tables]
            if filling and all(place[name] > place[node.file.name] for name in filling):
                yield Finding(
                    "seed-order",
                    Severity.WARNING,
                    node.file.ref,
                    f"{node.file} looks into {table}, which {filling[0]} fills after it.",
                    f"give it a higher number, or say `-- +seed:depends-on {filling[0]}` in it",
                    place=node.file.place,
                )


def _sorted(tables: frozenset[TableName] | set[TableName]) -> tuple[TableName, ...]:
    return tuple(sorted(tables, key=str))


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid flowchart."""
    ids = {node.file.name: f"s{number}" for number, node in enumerate(graph.nodes, 1)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        tables = "<br/>".join(map(str, node.writes))
        lines.append(f'  {ids[node.file.name]}["{_plain(node.file.name)}{f"<br/>{_plain(tables)}" if tables else ""}"]')
    for (before, after), said in _joined(graph).items():
        label = f'|"{_plain(", ".join(said))}"| ' if said else " "
        lines.append(f"  {ids[before]} -->{label}{ids[after]}")
    return "\n".join(lines)


def _joined(graph: Graph) -> dict[tuple[str, str], list[str]]:
    """One arrow between two files, with all tables that it stands for."""
    found: dict[tuple[str, str], list[str]] = {}
    for edge in graph.edges:
        found.setdefault((edge.before, edge.after), []).extend(map(str, edge.tables))
    return found


def _plain(text: str) -> str:
    return text.replace('"', "#quot;").replace("<br/>", "\n").replace("<", "#lt;").replace("\n", "<br/>")
