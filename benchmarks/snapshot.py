"""Reading a whole catalog: every fact with what it depends on, beside `pg_dump --schema-only` of the same database.

The floor is the server's own work: the same queries in one pipeline, with nobody looking at the rows. Also: two schemas
compared, and planned.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg

from ground import Ground, ground
from measuring import Figures, Way, arguments, at_most, interleave, of_peer, show
from pytest_nself.catalog.assemble import NOTES
from pytest_nself.catalog.changes import plan_changes
from pytest_nself.catalog.compare import differences
from pytest_nself.catalog.kinds import kinds
from pytest_nself.catalog.query import ask_all, filled, without
from pytest_nself.catalog.read import TOOL_SCHEMAS, introspect
from servers import BareServer, bare_server

PEER_LIMIT = 0.2
COMPARED = 500


def main() -> None:
    options = arguments(__doc__, 7, tables=0)
    counts = (options.tables,) if options.tables else (50, 500, 2000)
    with ground() as place:
        databases = {f"n{count}": tables(count) for count in counts}
        with bare_server(place, {**databases, "changed": tables(COMPARED, note="text not null default ''")}) as server:
            for count in counts:
                compare(place, server, count, options.runs)
            if COMPARED in counts:
                between(server, options.runs)


def tables(count: int, note: str = "varchar(200)") -> str:
    """Tables with keys, indexes, checks and defaults, every tenth with a view, every twentieth with a policy."""
    texts = []
    for number in range(count):
        parent = f"references t{number - 1} on delete cascade" if number % 3 == 1 else ""
        texts.append(
            f"create table t{number} (id bigint generated always as identity primary key, parent bigint {parent}, "
            f"name varchar(80) not null unique, price numeric(10, 2) check (price >= 0), note {note}, "
            f"at timestamptz not null default now()); create index on t{number} (parent);"
        )
        if number % 10 == 0:
            texts.append(f"create view v{number} as select id, name, price from t{number} where price > 0;")
        if number % 20 == 0:
            texts.append(
                f"alter table t{number} enable row level security; create policy p on t{number} using (id > 0);"
            )
    return "\n".join(texts)


def compare(place: Ground, server: BareServer, count: int, runs: int) -> None:
    dsn = f"host={server.sockets} port={server.port} user=postgres dbname=n{count}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        ways = [
            Way("the queries, their rows thrown away", "floor", partial(timed, partial(only_ask, connection))),
            Way("introspect, on a connection that is open", "us", partial(timed, partial(introspect, connection))),
            Way("the same on a new connection", "note", partial(timed, partial(afresh, dsn))),
            Way("pg_dump --schema-only", "peer", partial(dump, place, dsn)),
        ]
        measured = interleave(ways, runs)
    limit = of_peer(PEER_LIMIT, "of pg_dump")
    show(f"reading {count} tables", measured, "wall", [limit])


def between(server: BareServer, runs: int) -> None:
    states = []
    for name in (f"n{COMPARED}", "changed"):
        with psycopg.connect(f"host={server.sockets} port={server.port} user=postgres dbname={name}") as connection:
            states.append(introspect(connection))
    a, b = states
    ways = [
        Way("differences", "us", partial(timed, lambda: differences(a, b))),
        Way("the plan from one to the other", "note", partial(timed, lambda: plan_changes(a, b))),
    ]
    show(f"two schemas of {COMPARED} tables that differ in each", interleave(ways, runs), "wall", [at_most(1000)])


def timed(work: Callable[[], Any]) -> Figures:
    began = time.perf_counter()
    work()
    return {"wall": (time.perf_counter() - began) * 1000}


def only_ask(connection: psycopg.Connection[Any]) -> None:
    hidden = without(TOOL_SCHEMAS)
    with connection.transaction():
        for _ in ask_all(
            connection, [filled(name, hidden) for name in (*NOTES, *kinds(), "unmodelled", "dependencies")]
        ):
            pass


def afresh(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        introspect(connection)


def dump(place: Ground, dsn: str) -> Figures:
    command = [str(place.bin / "pg_dump"), "--schema-only", dsn]
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=place.environment())
    return {"wall": (time.perf_counter() - began) * 1000}


if __name__ == "__main__":
    main()
