"""`nself db migrate status` with nothing pending, and `up` of many small migrations: whole processes, beside a bare
psycopg that does the least that can be done, and dbmate's native program on the same files.

The floor verifies checksums as we do. Each way has a database of its own; for `up` it is made anew each round.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import bare
from ground import Ground, ground
from measuring import Figures, Skipped, Way, ahead, arguments, interleave, show, times_floor
from migrated import migration
from servers import BareServer, bare_server

STATUS = """
import hashlib, os, psycopg
files = {}
for entry in (one for one in os.scandir("migrations") if one.name.endswith(".sql")):
    with open(entry.path, "rb") as file:
        files[int(entry.name.split("_")[0])] = (entry.name, hashlib.sha256(file.read()).hexdigest())
with psycopg.connect(os.environ["FLOOR"], autocommit=True) as connection:
    rows = dict(connection.execute("select version, checksum from ledger order by version").fetchall())
for version, (name, checksum) in sorted(files.items()):
    print(name, "applied" if rows.get(version) == checksum else "pending")
"""
UP = """
import hashlib, os, psycopg
names = sorted(entry.name for entry in os.scandir("migrations") if entry.name.endswith(".sql"))
with psycopg.connect(os.environ["FLOOR"], autocommit=True) as connection:
    connection.execute("create table ledger (version bigint primary key, checksum text, at timestamptz)")
    for name in names:
        with open(f"migrations/{name}", "rb") as file:
            text = file.read()
        up = text.partition(b"-- migrate:down")[0]
        row = f"insert into ledger values ({int(name.split('_')[0])}, '{hashlib.sha256(text).hexdigest()}', now())"
        connection.execute(b"begin;\\n" + up + b";\\n" + row.encode() + b";\\ncommit")
"""
OURS = "from nself_cli.main import main; main(['db', 'migrate', '{verb}', '--dsn', '{url}'])"


def main() -> None:
    options = arguments(__doc__, 11, migrations=500)
    with ground() as place:
        for count in (options.migrations, 4 * options.migrations):
            files = {f"migrations/{n:04}_step.sql": text_of(n) for n in range(1, count + 1)}
            project = place.project(f"commands-{count}", files)
            with bare_server(place, {"floor": "", "ours": "", "dbmate": ""}) as server:
                compare(place, server, project, count, options.runs)


def text_of(number: int) -> str:
    """A migration in dbmate's form, with its way back."""
    alters = number % 4 == 0
    down = f"alter table t{number - 1:04} drop column note;" if alters else f"drop table t{number:04};"
    return f"-- migrate:up\n{migration(number)}-- migrate:down\n{down}\n"


def compare(place: Ground, server: BareServer, project: Path, count: int, runs: int) -> None:
    dbmate = shutil.which("dbmate", path=str(Path(sys.executable).parent)) or shutil.which("dbmate")
    python = str(place.python)
    url = f"postgresql://postgres@127.0.0.1:{server.port}/{{}}"
    environment = place.environment({"FLOOR": url.format("floor"), "NSELF_ENV": "dev"})

    def run(*argv: str) -> Figures:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        done = subprocess.run(argv, cwd=project, env=environment, capture_output=True, check=False)
        wall_ms = (time.perf_counter() - began) * 1000
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise SystemExit(f"{argv}: {done.stdout.decode()}{done.stderr.decode()}")
        return {"wall": wall_ms, "cpu": (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000}

    def floor(program: str) -> Figures:
        return run(python, "-c", program)

    def ours(verb: str) -> Figures:
        return run(python, "-c", OURS.format(verb=verb, url=url.format("ours")))

    def peer(verb: str) -> Figures:
        if dbmate is None:
            raise Skipped("dbmate is not installed")
        where = url.format("dbmate") + "?sslmode=disable"
        return run(dbmate, "--url", where, "--migrations-dir", "migrations", "--no-dump-schema", verb)

    def anew(name: str, way: partial[Figures]) -> Figures:
        with bare.connect(server.sockets, server.port) as connection:
            connection.execute(f"drop database {name} with (force)".encode())
            connection.execute(f"create database {name}".encode())
        return way()

    measured = interleave(
        [
            Way("psycopg, one message for each file", "floor", partial(anew, "floor", partial(floor, UP))),
            Way("nself db migrate up", "us", partial(anew, "ours", partial(ours, "up"))),
            Way("dbmate up", "peer", partial(anew, "dbmate", partial(peer, "up"))),
        ],
        max(3, runs // (count // 200)),
    )
    bars = [times_floor(1.2), ahead(1)] if count == 500 else []
    show(f"up of {count} small migrations", measured, "wall", bars)
    measured = interleave(
        [
            Way("psycopg, checksums verified", "floor", partial(floor, STATUS)),
            Way("nself db migrate status", "us", partial(ours, "status")),
            Way("dbmate status", "peer", partial(peer, "status")),
        ],
        2 * runs,
    )
    show(f"status with nothing pending, {count} applied", measured, "wall", [times_floor(1.15)])
    show("the same: processor time", measured, "cpu", [times_floor(1.15)])


if __name__ == "__main__":
    main()
