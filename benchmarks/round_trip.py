"""The round trip of many migrations: every down proved, the whole catalog compared after each step, beside the same DDL
alone, and pytest-alembic's `up_down_consistency`, which compares nothing.

Each way works on a database of its own, made anew each round, in a process of its own that tells how long the trip took
once everything was imported. pytest-alembic comes from the package index, into a folder of this run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import bare
from ground import Ground, ground
from measuring import Figures, Skipped, Way, arguments, interleave, of_peer, show
from servers import BareServer, bare_server

PEER_LIMIT = 0.5

FLOOR = """
import json, sys, time, psycopg
steps = json.load(open("steps.json"))
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    began = time.perf_counter()
    connection.execute("begin")
    for up, down in steps:
        for text in (up, down, up):
            connection.execute(text.encode(), prepare=False)
    for up, down in reversed(steps):
        connection.execute(down.encode(), prepare=False)
    connection.execute("rollback")
    print((time.perf_counter() - began) * 1000)
"""
OURS = """
import sys, time
from contextlib import closing
from pathlib import Path
from pytest_nself.catalog.kinds import kinds
from pytest_nself.catalog.restricted import restricted
from pytest_nself.catalog.watching import watch
from pytest_nself.checks.roundtrip import Verdict, round_trip
from pytest_nself.core.dsn import Dsn
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.layouts import read_migrations
import psycopg

class Databases:
    def __init__(self, dsn):
        self.database = EphemeralDatabase(Dsn.parse(dsn), int(sys.argv[2]))
    def fresh(self, *, watched=False):
        if watched:
            with closing(self.database.connect(autocommit=True)) as connection:
                watch(connection)
        return self.database
    def drop(self, database):
        pass

kinds(), restricted()
began = time.perf_counter()
trip = round_trip(read_migrations(Path("migrations")), Databases(sys.argv[1]))
took = (time.perf_counter() - began) * 1000
assert all(one.verdict is Verdict.EXACT for one in trip.migrations), trip
print(took)
"""
PEER = """
import sys, time
import sqlalchemy
import pytest_alembic
from pytest_alembic.config import Config
from pytest_alembic.tests import test_up_down_consistency

engine = sqlalchemy.create_engine(sys.argv[1])
config = Config.from_raw_config({"script_location": "alembic"})
with pytest_alembic.runner(config=config, engine=engine) as runner:
    began = time.perf_counter()
    test_up_down_consistency(runner)
    print((time.perf_counter() - began) * 1000)
"""
ENV = """
from alembic import context

connectable = context.config.attributes["connection"]
with connectable.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
from alembic import op

revision, down_revision = {revision!r}, {before!r}

def upgrade():
    op.execute({up!r})

def downgrade():
    op.execute({down!r})
"""


def main() -> None:
    options = arguments(__doc__, 5, migrations=200)
    with ground() as place:
        target = peer_folder(place)
        for count in (options.migrations, options.migrations * 5 // 2):
            project = place.project(f"trip-{count}", dict(files(count)))
            with bare_server(place, {"floor": "", "ours": "", "alembic": ""}) as server:
                compare(place, server, project, target, count, options.runs)


def peer_folder(place: Ground) -> Path | None:
    """A folder with pytest-alembic, if the package index can be reached."""
    target = place.folder / "peer"
    wanted = ("pytest-alembic", "sqlalchemy", "psycopg[binary]")
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(target), *wanted]
    return target if subprocess.run(command, capture_output=True, check=False).returncode == 0 else None


def statements(number: int) -> tuple[str, str]:
    """A migration and its way back: tables with keys and indexes, now and then a column, a view or a policy."""
    if number % 4 == 0:
        table = f"t{number - 1:04}"
        return f"alter table {table} add column note text not null default ''", f"alter table {table} drop column note"
    if number % 4 == 2:
        table = f"t{number - 1:04}"
        up = f"create view v{number:04} as select id, name from {table}; create index on {table} (name)"
        return up, f"drop index {table}_name_idx; drop view v{number:04}"
    name = f"t{number:04}"
    up = (
        f"create table {name} (id bigint generated always as identity primary key, name text not null, "
        f"price numeric check (price > 0), at timestamptz not null default now()); create index on {name} (at)"
    )
    return up, f"drop table {name}"


def files(count: int) -> list[tuple[str, str]]:
    """The same migrations for all ways."""
    steps = [statements(number) for number in range(1, count + 1)]
    found = [("steps.json", json.dumps(steps)), ("alembic/env.py", ENV)]
    for number, (up, down) in enumerate(steps, 1):
        found.append((f"migrations/{number:04}_step.sql", f"-- UP\n{up};\n-- DOWN\n{down};\n"))
        before = f"r{number - 1:04}" if number > 1 else None
        text = REVISION.format(revision=f"r{number:04}", before=before, up=up, down=down)
        found.append((f"alembic/versions/r{number:04}.py", text))
    return found


def compare(place: Ground, server: BareServer, project: Path, target: Path | None, count: int, runs: int) -> None:
    """Print what each way takes for `count` migrations."""

    def run(name: str, program: str, url: str, path: Path | None = None) -> Figures:
        with bare.connect(server.sockets, server.port) as connection:
            version = connection.info.server_version
            connection.execute(f"drop database if exists {name} with (force)".encode())
            connection.execute(f"create database {name}".encode())
        more = {} if path is None else {"PYTHONPATH": str(path)}
        done = subprocess.run(
            [str(place.python), "-c", program, url.format(name), str(version)],
            cwd=project,
            env=place.environment(more),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{name}: {done.stdout}{done.stderr[-3000:]}")
        return {"trip": float(done.stdout.split()[-1])}

    def peer() -> Figures:
        if target is None:
            raise Skipped("pytest-alembic cannot be had")
        return run("alembic", PEER, url.replace("postgresql:", "postgresql+psycopg:"), target)

    url = f"postgresql://postgres@127.0.0.1:{server.port}/{{}}"
    ways = [
        Way("the same DDL alone", "floor", partial(run, "floor", FLOOR, url)),
        Way("round trip with full comparison", "us", partial(run, "ours", OURS, url)),
        Way("pytest-alembic up_down_consistency", "peer", peer),
    ]
    measured = interleave(ways, runs)
    limit = of_peer(PEER_LIMIT, "of the peer, which compares nothing")
    show(f"round trip of {count} migrations", measured, "trip", [limit] if count == 200 else [])


if __name__ == "__main__":
    main()
