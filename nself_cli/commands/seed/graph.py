"""`nself db seed graph`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from nself_cli import present
from nself_cli.exit_codes import DONE
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options

if TYPE_CHECKING:
    from nself_cli.session import Session
    from pytest_nself.data.seeds.graph import Graph
    from pytest_nself.data.seeds.ordering import Order
    from pytest_nself.data.seeds.seed_file import SeedFile
    from pytest_nself.data.seeds.touching import Touches
    from pytest_nself.data.shape.model import Shape


@click.command("graph")
@click.option("--mermaid", is_flag=True, help="Print a Mermaid flowchart.")
@click.option("--svg", is_flag=True, help="Print a drawing.")
@click.option("--offline", is_flag=True, help="Look at the files alone, not at what a run does.")
@common_options(writes=False)
def command(invocation: Invocation, options: Options, mermaid: bool, svg: bool, offline: bool) -> int:
    """Show which seeds must run before which: who fills the tables that another looks into.

    What a file writes and reads is told by its text. Where the environment's database can be reached, its foreign keys
    count, and the seeds are run in a sandbox of its schema to see what functions and triggers touch besides.

    \b
    Examples:
      nself db seed graph
      nself db seed graph --json
      nself db seed graph --env staging --mermaid
      nself db seed graph --offline --svg > seeds.svg
    """
    from pytest_nself.data.seeds.graph import make_graph
    from pytest_nself.data.seeds.plan import touches_of
    from pytest_nself.project.target import find_root
    from pytest_nself.project.which_environment import choose_environment

    from ._seeds import files_of, here, ordered, read_project_seeds

    if sum((mermaid, svg, options.json)) > 1:
        raise click.UsageError("--mermaid, --svg and --json say the opposite: give one.", click.get_current_context())
    root = find_root(here())
    seeds = read_project_seeds(root, invocation.findings)
    environment = choose_environment(root, options.env).name
    invocation.environment = environment
    files = files_of(seeds, environment, None, root)
    shape, seen, where = (None, {}, "") if offline else _looked(invocation, options, files)
    order = ordered(files, shape)
    touches = touches_of(shape)
    graph = make_graph(order, {one.name: touches(one) for one in files}, seen)
    invocation.findings += graph.findings
    present.findings(invocation)
    text = _drawn(graph, mermaid=mermaid, svg=svg) or _text(graph, order, where)
    present.done(invocation, text, _data(graph, order, where))
    return DONE


def _looked(
    invocation: Invocation, options: Options, files: Sequence[SeedFile]
) -> tuple[Shape | None, Mapping[str, Touches], str]:
    """The tables, and what a run touched; whatever is in the way is said, and the texts are all there is."""
    from nself_cli.run import connected, start
    from pytest_nself.core.errors import NselfError

    from ._seeds import shape_of

    try:
        session = start(invocation, options)
        with connected(session) as (_, connection):
            shape = shape_of(session, connection)
    except NselfError as error:
        if options.env is not None or options.dsn is not None:
            raise
        present.note(invocation, f"By the files alone: {error.problem}")
        return None, {}, ""
    try:
        seen, where = _measured(session, files)
    except NselfError as error:
        present.note(invocation, f"Not seen in a run: {error.problem}")
        return shape, {}, ""
    return shape, seen, where


def _measured(session: Session, files: Sequence[SeedFile]) -> tuple[Mapping[str, Touches], str]:
    from pytest_nself.data.seeds.touching import TableName, Touches

    from ._seeds import plan_of
    from ._stages import staged

    if not files:
        return {}, ""

    def make(connection: Any) -> Any:
        return plan_of(session, connection, files, named=True)

    with staged(session, files, make, empty=True) as place, place.stage() as stage:
        tried = stage.run(place.plan)
    found = {}
    for one in tried:
        if one.failure is not None:
            present.note(session.invocation, f"From here on by the files alone: {one.failure}")
            break
        writes = frozenset(TableName(d.table.schema, d.table.name) for d in one.deltas if d.wrote)
        reads = frozenset(TableName(d.table.schema, d.table.name) for d in one.deltas if d.read)
        found[one.file.name] = Touches(writes, reads)
    return found, place.where


def _drawn(graph: Graph, *, mermaid: bool, svg: bool) -> str:
    if mermaid:
        from pytest_nself.data.seeds import graph as drawing

        return drawing.mermaid(graph)
    if svg:
        from pytest_nself.data.seeds.drawing import svg as drawn

        return drawn(graph)
    return ""


def _text(graph: Graph, order: Order, where: str) -> str:
    if not graph.nodes:
        return "No seeds."
    rows = [("seed", "writes", "reads", "after")]
    for node in graph.nodes:
        after = dict.fromkeys(edge.before for edge in graph.edges if edge.after == node.file.name)
        writes = ", ".join(f"{one}{'*' if one in node.seen else ''}" for one in node.writes)
        reads = ", ".join(f"{one}{'*' if one in node.seen else ''}" for one in node.reads)
        rows.append((node.file.name, writes + (" ?" if node.unknown else ""), reads, ", ".join(after)))
    lines = [present.table(rows), ""]
    lines += [f"? {node.file}: {node.unknown}." for node in graph.nodes if node.unknown]
    lines += [
        f"{edge.before} and {edge.after} need one another ({', '.join(map(str, edge.tables))}): their names decide."
        for edge in order.dropped
    ]
    if any(node.seen for node in graph.nodes):
        lines.append("* not in the text: seen when it ran.")
    lines.append(f"In the order of the run. {f'Seen in a sandbox: {where}.' if where else 'By the files alone.'}")
    return "\n".join(lines)


def _data(graph: Graph, order: Order, where: str) -> dict[str, Any]:
    return {
        "measured": where or None,
        "order": [node.file.name for node in graph.nodes],
        "files": [
            {
                "file": node.file.name,
                "environments": list(node.file.tags),
                "writes": list(map(str, node.writes)),
                "reads": list(map(str, node.reads)),
                "seen_only_in_a_run": sorted(map(str, node.seen)),
                "measured": node.measured,
                "unknown": node.unknown or None,
            }
            for node in graph.nodes
        ],
        "edges": [
            {
                "before": edge.before,
                "after": edge.after,
                "tables": list(map(str, edge.tables)),
                "place": str(edge.place) if edge.place is not None else None,
            }
            for edge in graph.edges
        ],
        "circles": [{"before": edge.before, "after": edge.after} for edge in order.dropped],
    }
