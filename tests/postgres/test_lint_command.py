"""`nself db migrate lint` as a command: where it measures, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess  # processes of their own are the claim
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.checks.baseline import FILE
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.ledger import read_ledger

Write = Callable[..., None]

ORDERS = "create table orders (id int primary key, customer int, note text);"
BLOCKING = "create index orders_note on orders (note);"


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
            path.write_text(f"-- UP\n{text}\n-- DOWN\ndrop table never;\n", encoding="utf-8")

    return write_files


def nself(
    project: Path, verb: str, *flags: str, database: EphemeralDatabase | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    program = "import sys; from nself_cli.main import main; main(sys.argv[1:])"
    foreign = ("PG", "DATABASE_URL", "POSTGRES_", "NSELF_", "ENV", "NODE_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    kept |= {name: os.environ[name] for name in ("NSELF_PROVIDER",) if name in os.environ}
    if database is not None:
        variables["DATABASE_URL"] = database.dsn.url()
    return subprocess.run(
        [sys.executable, "-c", program, "db", "migrate", verb, *flags],
        cwd=project,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def document(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def told(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str, str]]:
    """Severity, rule and place of each finding."""
    return [(one["severity"], one["rule"], one["place"]) for one in document(done)["findings"]]


def fill(database: EphemeralDatabase, sql: str) -> None:
    with database.connect(autocommit=True) as connection:
        connection.execute(sql.encode())


def applied(database: EphemeralDatabase) -> list[int]:
    with database.connect(autocommit=True) as connection:
        return sorted(read_ledger(connection).rows)


def test_what_is_pending(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """On a copy: a table for a person, a document for a program; exit 1 on errors; the database is only read."""
    fill(scratch_database, f"{ORDERS} insert into orders select g from generate_series(1, 150000) g; analyze orders")
    write(v1="alter table orders add column paid int;", v2=f"select 1;\n{BLOCKING}")
    shown = nself(project, "lint", database=scratch_database)
    assert shown.returncode == 1, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0].split() == ["statement", "ms", "locks", "does"]
    assert lines[1].startswith("migrations/1_m.sql:2:1")
    assert lines[1].endswith("ACCESS EXCLUSIVE on public.orders")
    assert lines[3].startswith("migrations/2_m.sql:3:1")
    assert "SHARE on public.orders" in lines[3]
    assert lines[3].endswith("builds orders_note")
    assert "Measured on a copy of the schema, on PostgreSQL" in shown.stdout
    assert lines[-1] == "1 error."
    assert "migrations/2_m.sql:3:1: error: The index orders_note is built on public.orders (about 150,000 rows" in (
        shown.stderr
    )
    said = document(nself(project, "lint", "--json", database=scratch_database))
    lint = said["data"]["lint"]
    assert {one["evidence"]["rows_estimate"] for one in said["findings"] if one["severity"] == "error"} == {150000}
    assert (said["ok"], lint["source"], lint["not_tried"]) == (False, "copy", [])
    assert [one["name"] for one in lint["migrations"]] == ["1_m", "2_m"]
    first, second = lint["migrations"][1]["statements"]
    assert (first["sql"], first["locks"], first["scans"]) == ("select 1", [], [])
    (lock,) = second["locks"]
    assert (lock["table"], lock["mode"], lock["rows_estimate"]) == ("public.orders", "SHARE", 150000)
    assert second["indexes"] == [{"index": "public.orders_note", "table": "public.orders"}]
    assert [scan["table"] for scan in second["scans"]] == ["public.orders"]
    assert (second["lock_timeout_ms"], second["statement_timeout_ms"]) == (5000, 300000)
    assert lint["hazards"][0]["seen"] == "measured"
    assert applied(scratch_database) == []


def test_what_is_asked_about(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """Named versions alone are told, and those above one; the others run before them all the same."""
    fill(scratch_database, f"{ORDERS} insert into orders select g from generate_series(1, 9) g; analyze orders")
    write(v1="alter table orders add column a int;\nalter table orders drop column note;", v2="drop table orders;")
    for flags, places in (
        ([], ["1_m.sql:3:1", "2_m.sql:2:1"]),
        (["0001"], ["1_m.sql:3:1"]),
        (["2"], ["2_m.sql:2:1"]),
        (["--since", "1_m"], ["2_m.sql:2:1"]),
        (["1", "2"], ["1_m.sql:3:1", "2_m.sql:2:1"]),
    ):
        found = told(nself(project, "lint", *flags, "--json", database=scratch_database))
        assert [place.removeprefix("migrations/") for _, _, place in found] == places
    last = nself(project, "lint", "--since", "2", database=scratch_database)
    assert (last.returncode, "Nothing is pending" in last.stdout) == (0, True)
    assert nself(project, "lint", "7", database=scratch_database).returncode == 1
    assert nself(project, "lint", "x", database=scratch_database).returncode == 2
    assert nself(project, "lint", "1", "--since", "1", database=scratch_database).returncode == 2


def test_without_a_database(project: Path, write: Write) -> None:
    """The files are replayed, and the worst is thought of the tables; or what --assume-rows says."""
    write(v1=ORDERS, v2=BLOCKING, v3="alter table orders drop column note;")
    for flags, severities in (
        ([], ["error", "error"]),
        (["--assume-rows", "10"], ["warning", "error"]),
        (["--assume-rows", "0"], ["info", "info"]),
        (["--assume-rows", "100000"], ["error", "error"]),
    ):
        done = nself(project, "lint", *flags, "--json")
        assert document(done)["data"]["lint"]["source"] == "replay", done.stderr
        assert told(done) == [
            (severities[0], "create-index", "migrations/2_m.sql:2:1"),
            (severities[1], "drop-column", "migrations/3_m.sql:2:1"),
        ]
        assert done.returncode == (1 if "error" in severities else 0)
    shown = nself(project, "lint", "2")
    assert "Measured on a replay of the files, on PostgreSQL" in shown.stdout
    assert "the worst is thought of them" in shown.stdout
    assert "migrations/3_m.sql" not in shown.stdout


def test_a_database_that_cannot_be_reached(project: Path, write: Write) -> None:
    """A note says so, and the files are replayed; a named environment without an address is an error."""
    write(v1=ORDERS, v2=BLOCKING)
    nowhere = "postgresql://me@127.0.0.1:1/nowhere"
    shown = nself(project, "lint", DATABASE_URL=nowhere)
    assert (shown.returncode, "Measured on a replay" in shown.stdout) == (1, True)
    assert "No database is asked: postgresql://me@127.0.0.1:1/nowhere cannot be reached." in shown.stderr
    assert "cannot be reached" not in nself(project, "lint", "--replay", DATABASE_URL=nowhere).stderr
    shown = nself(project, "lint", "--env", "staging")
    assert (shown.returncode, "Nothing says which database" in shown.stderr) == (2, True)


def test_what_is_applied(project: Path, write: Write, scratch_database: EphemeralDatabase) -> None:
    """A named version that is applied is replayed, and the sizes are those of the database."""
    write(v1=ORDERS, v2="insert into orders select g from generate_series(1, 150000) g;\nanalyze orders;", v3=BLOCKING)
    assert nself(project, "up", database=scratch_database).returncode == 0
    for flags in ([], ["--since", "1"]):
        shown = nself(project, "lint", *flags, database=scratch_database)
        assert (shown.returncode, "Nothing is pending" in shown.stdout) == (0, True)
    done = nself(project, "lint", "3", "--json", database=scratch_database)
    assert document(done)["data"]["lint"]["source"] == "replay"
    assert told(done) == [("error", "create-index", "migrations/3_m.sql:2:1")]
    assert document(done)["data"]["lint"]["hazards"][0]["rows_estimate"] == 150000


def test_a_file_that_cannot_be_sent(project: Path, write: Write) -> None:
    """Each is told with its line, though nothing of it ran; what comes after the first was not tried."""
    write(
        v1=ORDERS,
        v2=BLOCKING,
        v3="alter table orders add column a int;\ncommit;\nalter table orders add column b int;",
        v4="begin;\ncreate index concurrently i on orders (id);\ncommit;",
        v5="\\i other.sql",
        v6="select 1;",
    )
    done = nself(project, "lint", "--json")
    assert [found for found in told(done) if found[1] != "create-index"] == [
        ("error", "nested-transaction", "migrations/3_m.sql:3:1"),
        ("error", "concurrently-in-transaction", "migrations/4_m.sql:3:1"),
        ("error", "migration-cannot-be-sent", "migrations/5_m.sql:2:1"),
    ]
    assert document(done)["data"]["lint"]["not_tried"] == ["6_m"]
    shown = nself(project, "lint")
    assert "Not tried: 6_m." in shown.stdout
    assert "not sent" in shown.stdout


def test_a_migration_that_fails(project: Path, write: Write) -> None:
    """It is an error with its line; one that fails before those that were named is told, too."""
    write(v1=ORDERS, v2="select 1;\nselect missing();", v3=BLOCKING)
    assert told(nself(project, "lint", "--json")) == [("error", "migration-fails", "migrations/2_m.sql:3:8")]
    shown = nself(project, "lint", "3")
    assert (shown.returncode, "2_m.sql:3:8: Failed to apply 2_m." in shown.stderr) == (1, True)


def test_strict_and_quiet(project: Path, write: Write) -> None:
    """Warnings end with 0, under --strict with 1; --quiet prints the count alone."""
    write(v1=ORDERS, v2="alter table orders rename column note to remark;")
    assert told(nself(project, "lint", "--json")) == [("warning", "rename-column", "migrations/2_m.sql:2:1")]
    assert nself(project, "lint").returncode == 0
    strict = nself(project, "lint", "--strict", "--json")
    assert (strict.returncode, document(strict)["ok"]) == (1, False)
    quiet = nself(project, "lint", "--quiet")
    assert (quiet.stdout, quiet.stderr) == ("1 warning.\n", "")


def test_the_baseline_accepts(project: Path, write: Write) -> None:
    """What nself-baseline.toml accepts is not told; an entry that no migration of this run needs is no matter."""
    write(v1=ORDERS, v2="alter table orders drop column note;")
    (project / FILE).write_text(
        '[[accepted]]\nkey = "drop-column:public.orders.note"\nreason = "unread since release 41"\nuntil = 2999-01-01\n'
        '[[accepted]]\nkey = "drop-table:public.gone"\nreason = "long ago"\nuntil = 2999-01-01\n',
        encoding="utf-8",
    )
    done = nself(project, "lint", "--json")
    assert (done.returncode, told(done)) == (0, [])


def test_the_forms(project: Path, write: Write) -> None:
    """--format prints the findings as a table, as SARIF, or for GitHub."""
    write(v1=ORDERS, v2=BLOCKING)
    assert "create-index" in nself(project, "lint", "--format", "table").stdout
    sarif = json.loads(nself(project, "lint", "--format", "sarif").stdout)
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == ["create-index"]
    github = nself(project, "lint", "--format", "github").stdout
    assert github.startswith("::error file=migrations/2_m.sql,line=2,")


def test_a_replay_has_what_the_tests_have(project: Path, write: Write) -> None:
    """Prelude, extensions and owner of the project's settings for pytest."""
    (project / "prelude.sql").write_text("create schema app; create table app.users (id int primary key);")
    (project / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nnself_prelude = ["prelude.sql"]\nnself_owner_role = "migrator"\n', encoding="utf-8"
    )
    with (project / "prelude.sql").open("a") as prelude:
        prelude.write("grant all on schema app to migrator; alter table app.users owner to migrator;")
    write(
        v1="alter table app.users add column owner text not null default current_user;\nselect current_user::regrole;"
    )
    write(v2="alter table app.users drop column owner;")
    done = nself(project, "lint", "--json")
    assert told(done) == [("error", "drop-column", "migrations/2_m.sql:2:1")], done.stderr


@pytest.mark.parametrize("layout", ["nested", "pairs", "drizzle"])
def test_the_layouts(project: Path, layout: str) -> None:
    """Each layout is replayed, with the places of its own files."""
    folder = project / ("drizzle" if layout == "drizzle" else "migrations")
    (folder / "meta").mkdir(parents=True)
    files = {
        "nested": ["1_a/up.sql", "2_b/up.sql"],
        "pairs": ["0001_a.up.sql", "0002_b.up.sql"],
        "drizzle": ["0000_a.sql", "0001_b.sql"],
    }[layout]
    for name, text in zip(files, (ORDERS, f"select 1;\n--> statement-breakpoint\n{BLOCKING}"), strict=True):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if layout == "drizzle":
        entries = [
            {"idx": number, "version": "7", "when": 1700000000000 + number, "tag": name.removesuffix(".sql")}
            for number, name in enumerate(files)
        ]
        journal = {"version": "7", "dialect": "postgresql", "entries": entries}
        (folder / "meta" / "_journal.json").write_text(json.dumps(journal), encoding="utf-8")
    else:
        (folder / "meta").rmdir()
    done = nself(project, "lint", "--json")
    assert [len(one["statements"]) for one in document(done)["data"]["lint"]["migrations"]] == [1, 2]
    errors = [one for one in told(done) if one[0] == "error"]
    assert errors == [("error", "create-index", f"{folder.name}/{files[1]}:3:1")], done.stderr
