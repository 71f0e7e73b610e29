"""What many runs at once, and a crash inside `create index concurrently`, do to us and to dbmate.

The same folder of migrations, in dbmate's form, which we read too; the same server; each tool as its users run it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pytest_nself.core.dsn import Dsn
from pytest_nself.server.server import connect
from tests.torture.project import NSELF, Ended, Running, one, until
from tests.torture.servers import OwnServer, own_server

DBMATE = str(Path(sys.executable).with_name("dbmate"))
TABLES = "create table trace (n int);\ncreate table big as select g as a from generate_series(1, 10000) g;\n"
INDEX = "create index concurrently if not exists big_a on big (a);\n"
STATE = "select indisvalid from pg_index where indexrelid = to_regclass('big_a')"


@dataclass(frozen=True, slots=True)
class Tool:
    """A migration tool: its command, and how to ask its ledger for one version."""

    name: str
    command: tuple[str, ...]
    applied: str

    def start(self, folder: Path, dsn: Dsn) -> Running:
        url = dsn.replace(options={"sslmode": "disable"}).url()
        return Running(self.command, folder, {"PATH": "/usr/bin:/bin", "HOME": str(folder), "DATABASE_URL": url})

    def run(self, folder: Path, dsn: Dsn) -> Ended:
        return self.start(folder, dsn).end()


TOOLS = (
    Tool(
        "pytest-nself",
        (NSELF, "db", "migrate", "up", "--lock-wait", "200"),
        "select count(*) from hdb_catalog.schema_migrations where version = 2 and not dirty",
    ),
    Tool(
        "dbmate",
        (DBMATE, "--migrations-dir", "migrations", "--no-dump-schema", "migrate"),
        "select count(*) from public.schema_migrations where version = '0002'",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--runs", type=int, default=30, help="runs at once (default 30)")
    options = parser.parse_args()
    version = subprocess.run([DBMATE, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    with own_server() as server:
        print(f"PostgreSQL {server.server.version // 10000}, {version}\n")
        for number in range(options.n):
            for tool in TOOLS:
                with tempfile.TemporaryDirectory() as folder:
                    dsn = server.database(f"crowd_{number}_{tool.name}")
                    print(f"{tool.name:13} {crowd(tool, Path(folder), dsn, options.runs)}")
        for number in range(options.n):
            for tool in TOOLS:
                with tempfile.TemporaryDirectory() as folder:
                    dsn = server.database(f"crash_{number}_{tool.name}")
                    print(f"{tool.name:13} {crash(tool, Path(folder), dsn, server)}")


def crowd(tool: Tool, folder: Path, dsn: Dsn, count: int) -> str:
    """So many runs at once on an empty database: how many fail, and whether each migration was applied once."""
    write(folder, 1, f"{TABLES}select pg_sleep(1);\n")  # a real one takes its time
    for version in range(2, 12):
        write(folder, version, f"create table t_{version} (a int);\ninsert into trace values ({version});\n")
    ended = [run.end() for run in [tool.start(folder, dsn) for _ in range(count)]]
    failed = sum(1 for one in ended if one.code != 0)
    with connect(dsn) as look:
        right = one(look, "select array_agg(n order by n) from trace") == list(range(2, 12))
    return f"{count} runs at once: {failed} failed; each migration applied once: {'yes' if right else 'NO'}"


def crash(tool: Tool, folder: Path, dsn: Dsn, server: OwnServer) -> str:
    """The server crashes while the index is built; then the same command again."""
    write(folder, 1, TABLES)
    assert tool.run(folder, dsn).code == 0
    write(folder, 2, INDEX, alone=True)
    with blocked(dsn), connect(dsn) as look:
        run = tool.start(folder, dsn)
        until(lambda: one(look, f"select not q.indisvalid from ({STATE}) q"))
        server.stop_immediately()
    run.end()
    server.start()
    code = tool.run(folder, dsn).code
    with connect(dsn) as look:
        applied, valid = one(look, tool.applied), one(look, STATE)
    index = {True: "valid", False: "INVALID", None: "missing"}[valid]
    return f"crash in concurrently: the next run ends with {code}; recorded as applied: {bool(applied)}, index {index}"


@contextmanager
def blocked(dsn: Dsn) -> Iterator[None]:
    """Somebody has written to the table and not committed: an index waits for that."""
    writer = connect(dsn, autocommit=False)
    try:
        writer.execute("insert into big values (0)")
        yield
    finally:
        writer.close()


def write(folder: Path, version: int, text: str, *, alone: bool = False) -> None:
    """One migration in dbmate's form."""
    (folder / "migrations").mkdir(exist_ok=True)
    (folder / "pyproject.toml").touch()
    options = " transaction:false" if alone else ""
    file = folder / "migrations" / f"{version:04}_step.sql"
    file.write_text(f"-- migrate:up{options}\n{text}-- migrate:down\n")


if __name__ == "__main__":
    main()
