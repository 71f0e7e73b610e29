"""`nself db migrate up --rehearse`, and the rehearsal before `up` in production, as commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # processes of their own are the claim
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.ledger import read_ledger
from pytest_nself.server.installation import find_embedded, find_installation, major_of_programs
from pytest_nself.server.server import Server

Write = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "migrations").mkdir()
    return tmp_path


@pytest.fixture
def write(project: Path) -> Write:
    """Write migrations, `v1="…"` as `1_m.sql`, each with a down."""

    def write_files(**texts: str) -> None:
        for version, text in texts.items():
            path = project / "migrations" / f"{version.removeprefix('v')}_m.sql"
            path.write_text(f"-- UP\n{text}\n-- DOWN\nselect 1;\n", encoding="utf-8")

    return write_files


def command(project: Path, database: EphemeralDatabase, *flags: str) -> list[str]:
    program = "import sys; from nself_cli.main import main; main(sys.argv[1:])"
    return [sys.executable, "-c", program, "db", "migrate", "up", "--dsn", database.dsn.url(), *flags]


def environment(**variables: str) -> dict[str, str]:
    chosen = ("NSELF_PROVIDER",)
    foreign = ("PG", "DATABASE_URL", "POSTGRES_", "NSELF_", "ENV")
    kept = {name: value for name, value in os.environ.items() if name in chosen or not name.startswith(foreign)}
    return {**kept, **variables}


def up(project: Path, database: EphemeralDatabase, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(project, database, *flags),
        cwd=project,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def applied(database: EphemeralDatabase) -> list[int]:
    with database.connect(autocommit=True) as connection:
        return sorted(read_ledger(connection).rows)


def test_the_report(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """A table for a person, a document for a program; exit 0, and nothing is applied."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute("create table orders (id int, total int)")
        connection.execute("insert into orders select g, g from generate_series(1, 150000) g; analyze orders")
    write(v1="alter table orders alter column total type bigint;", v2="create table t (id int);")
    shown = up(project, scratch_database, "--rehearse")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0].split() == ["migration", "ms", "locks", "rewrites"]
    assert "ACCESS EXCLUSIVE on public.orders" in lines[1]
    assert lines[1].endswith("public.orders")
    assert lines[2].startswith("2_m")
    assert shown.stdout.rstrip().endswith("2 migrations would go through.")
    assert "rewrites public.orders (about 150,000 rows" in shown.stderr
    document = json.loads(up(project, scratch_database, "--rehearse", "--json", "--env", "production").stdout)
    assert (document["ok"], document["env"]) == (True, "production")
    first, second = document["data"]["rehearsal"]["migrations"]
    assert first["rewrites"] == [
        {"table": "public.orders", "rows_estimate": 150000, "bytes": first["locks"][0]["bytes"]}
    ]
    assert (second["statements"], second["locks"], second["failure"]) == (1, [], None)
    assert [one["rule"] for one in document["findings"]] == ["rehearsal-rewrite"]
    assert applied(scratch_database) == []


def test_a_failure(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """Exit 1, with the file and line, and what was not tried; --to and --count leave it out."""
    write(v1="select 1;", v2="select 1;\nselect missing();", v3="select 1;")
    shown = up(project, scratch_database, "--rehearse")
    assert shown.returncode == 1
    assert "migrations/2_m.sql:3:8: Failed to apply 2_m." in shown.stdout
    assert "Not tried after it: 3_m." in shown.stdout
    document = json.loads(up(project, scratch_database, "--rehearse", "--json").stdout)
    assert document["ok"] is False
    rehearsal = document["data"]["rehearsal"]
    assert (rehearsal["not_tried"], rehearsal["migrations"][1]["failure"]["place"]) == (
        ["3_m"],
        "migrations/2_m.sql:3:8",
    )
    for flags in (["--to", "1"], ["1"], ["--count", "1"]):
        assert up(project, scratch_database, "--rehearse", *flags).returncode == 0
    assert applied(scratch_database) == []


def test_nothing_to_rehearse(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """Without pending migrations no copy is made; two flags that contradict each other are a usage error."""
    write(v1="select 1;")
    assert up(project, scratch_database).returncode == 0
    none = {"NSELF_PROVIDER": "container", "DOCKER_HOST": "unix:///nowhere"}
    assert up(project, scratch_database, "--rehearse", **none).stdout == "Nothing is pending.\n"
    for other in ("--dry-run", "--no-rehearsal"):
        shown = up(project, scratch_database, "--rehearse", other)
        assert (shown.returncode, f"--rehearse and {other} say the opposite" in shown.stderr) == (2, True)


def test_without_a_server(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """Where no server can be had, --rehearse exits 4 and says why."""
    write(v1="select 1;")
    shown = up(project, scratch_database, "--rehearse", NSELF_PROVIDER="container", DOCKER_HOST="unix:///nowhere")
    assert shown.returncode == 4
    assert "no PostgreSQL" in shown.stderr
    assert "container" in shown.stderr


def test_another_major(project: Path, write: Write, scratch_database: EphemeralDatabase, nself_server: Server) -> None:
    """A copy on a newer server says so; an older server is none for a copy."""
    write(v1="select 1;")
    mine = nself_server.version // 10000
    for provider, found in (("binaries", find_installation(None, None)), ("embedded", find_embedded())):
        assert not isinstance(found, str)
        major = major_of_programs(found.bin)
        shown = up(project, scratch_database, "--rehearse", NSELF_PROVIDER=provider)
        assert shown.returncode == (4 if major < mine else 0), shown.stderr
        assert ("older than the database" in shown.stderr) is (major < mine)
        assert (f"on PostgreSQL {major}, the database on {mine}" in shown.stdout) is (major > mine)


def test_production_rehearses_first(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """What would fail is refused before anything runs, also what comes before it; --no-rehearsal runs it."""
    write(v1="select 1;", v2="select missing();")
    shown = up(project, scratch_database, "--env", "production", "--yes")
    assert shown.returncode == 3, shown.stderr
    assert "2_m.sql:2:8: 2_m fails in the rehearsal." in shown.stderr
    assert "Nothing was done." in shown.stderr
    assert applied(scratch_database) == []
    assert up(project, scratch_database, "--env", "production", "--yes", "--to", "1").returncode == 0
    assert applied(scratch_database) == [1]
    shown = up(project, scratch_database, "--env", "production", "--yes", "--no-rehearsal")
    assert (shown.returncode, "rehears" in shown.stderr) == (1, False)


def test_production_tells_of_dangers(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """Before a person is asked; to a program among the findings, once."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute("create table t (id int)")
        connection.execute("insert into t select generate_series(1, 150000); analyze t")
    write(v1="create index i on t (id);", v2="create index j on t (id);")
    shown = up(project, scratch_database, "1", "--env", "production", "--yes")
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr.count("builds the index i on public.t") == 1
    shown = up(project, scratch_database, "--env", "production", "--yes", "--json")
    assert [one["rule"] for one in json.loads(shown.stdout)["findings"]] == ["rehearsal-index"]


def test_production_goes_on(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """What goes through is applied; where none can be had a note says why; with nobody there to ask none is made."""
    write(v1="select 1;")
    shown = up(project, scratch_database, "--env", "production")
    assert (shown.returncode, "ehearsed" in shown.stderr, "say --yes" in shown.stderr) == (3, False, True)
    shown = up(project, scratch_database, "--env", "production", "--yes")
    assert shown.returncode == 0, shown.stderr
    assert "1 migration would go through" in shown.stderr
    write(v2="select 1;")
    none = {"NSELF_PROVIDER": "container", "DOCKER_HOST": "unix:///nowhere"}
    shown = up(project, scratch_database, "--env", "production", "--yes", **none)
    assert shown.returncode == 0, shown.stderr
    assert "Not rehearsed: There is no PostgreSQL" in shown.stderr
    assert applied(scratch_database) == [1, 2]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)])
def test_nothing_outlives_it(
    project: Path, write: Write, scratch_database: EphemeralDatabase, number: signal.Signals, code: int
) -> None:
    """However it ends, the server and its folder are gone."""
    write(v1="select pg_sleep(300);")
    data = project / "data"
    running = subprocess.Popen(
        command(project, scratch_database, "--rehearse"),
        cwd=project,
        env=environment(NSELF_DATA_ROOT=str(data)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait(lambda: _sleeping(data))
        pid = _postmaster(data)
        running.send_signal(number)
        _, said = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == code, said
    _wait(lambda: not list(data.glob("nself-*/run-*")) and not Path(f"/proc/{pid}").exists())


def _postmaster(data: Path) -> int:
    """The server's process; 0 while there is none, or only the one that prepares its files (a negative number)."""
    texts = [path.read_text() for path in data.glob("nself-*/run-*/data/postmaster.pid")]
    return max((int(text.split()[0]) for text in texts if text.strip()), default=0)


def _sleeping(data: Path) -> bool:
    """Whether a process of the server runs a select."""
    pid = _postmaster(data)
    if pid <= 0:
        return False
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return any(b"SELECT" in _command_line(child) for child in children)


def _command_line(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended


def _wait(true: Callable[[], Any], timeout_s: float = 30.0) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
