"""`nself db revert` on the project's files; no database is named."""

from __future__ import annotations

import io
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nself_cli.main import run
from pytest_nself.authoring.syncs import keep_state, states

from .terminal import on_a_terminal

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
NSELF = (sys.executable, "-c", "from nself_cli.main import main; main()", "db", "revert")


@pytest.fixture
def kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose schema was edited since its state was kept; nobody is at the terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    (project / "schema.dbml").write_text("Table users { id int }\n")
    (project / "migrations").mkdir()
    keep(project, NOON)
    (project / "schema.dbml").write_text("Table people { id int }\n")
    return project


def keep(project: Path, now: datetime) -> Path:
    return keep_state(
        project,
        schema_file=project / "schema.dbml",
        migrations_folder=project / "migrations",
        now=now,
        before="db run",
        environment="dev",
        applied_head="001_users",
    )


def schema(project: Path) -> str:
    return (project / "schema.dbml").read_text()


def test_there_and_back(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The state kept last is put back, the present one is kept first, and the next revert goes to that."""
    assert run(["db", "revert", "--yes"]) == 0
    out, err = capsys.readouterr()
    assert out == "Back to 2026-03-01_12-00-00: 1 file changed.\n"
    shown = "Back to 2026-03-01_12-00-00 (kept before db run, in dev, with 001_users applied):\n  ~ schema.dbml\n"
    assert err.startswith(shown)
    newest, _ = states(kept)
    assert err.splitlines()[-1] == f"Kept what is there now in bin/dbsyncs/{newest.name}"
    assert (newest.before, schema(kept)) == ("db revert", "Table users { id int }\n")
    assert run(["db", "revert", "--yes"]) == 0
    assert schema(kept) == "Table people { id int }\n"


def test_nothing_is_done_without_a_yes(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would change is shown, and the flag named; nothing is kept for a revert that is none."""
    assert run(["db", "revert"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "~ schema.dbml" in err
    assert "nobody is there to ask" in err
    assert err.endswith("To fix: say --yes\n")
    assert (schema(kept), len(states(kept))) == ("Table people { id int }\n", 1)


@pytest.mark.parametrize(
    ("typed", "code", "text"), [(b"yes\n", 0, "users"), (b"no\n", 3, "people"), (b"\x04", 3, "people")]
)
def test_a_person_is_asked(kept: Path, typed: bytes, code: int, text: str) -> None:
    """On a terminal the question stands behind what changes, also with --quiet."""
    ended = on_a_terminal([*NSELF, "-q"], typed, kept)
    assert ended.code == code, ended.shown
    assert ended.shown.index("~ schema.dbml") < ended.shown.index("This will change 1 file to what 2026-03-01_12-00-00")
    assert text in schema(kept)


def test_dry_run_and_verbose(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run says what would change, -v how; nothing does."""
    assert run(["db", "revert", "--dry-run", "-v"]) == 0
    assert "-Table people { id int }\n+Table users { id int }\n" in capsys.readouterr().out
    assert (schema(kept), len(states(kept))) == ("Table people { id int }\n", 1)


def test_for_programs(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json is one document: the files, and where what was there is now."""
    assert run(["db", "revert", "--yes", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert data["files"] == [{"path": str(kept / "schema.dbml"), "change": "changed"}]
    assert data["kept"] == str(states(kept)[0].path)
    assert data["database"] == {"applied": [], "taken_back": [], "unknown": ""}
    assert run(["db", "revert", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["data"]["states"]
    assert [(one["before"], one["applied_head"]) for one in listed] == [("db revert", None), ("db run", "001_users")]


def test_the_list(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest first, each with what it was kept before; those of other tools too."""
    (kept / "bin/dbsyncs/2020-01-01_00-00-00").mkdir()
    keep(kept, NOON + timedelta(days=1))
    assert run(["db", "revert", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["2026-03-02_12-00-00", "2026-03-01_12-00-00", "2020-01-01_00-00-00"]
    assert lines[0].split()[1:6] == ["before", "db", "run", "dev", "001_users"]
    assert lines[2].endswith("not of this tool")


def test_nothing_differs(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then nothing is asked, and nothing kept."""
    (kept / "schema.dbml").write_text("Table users { id int }\n")
    assert run(["db", "revert"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to do: the files are as in 2026-03-01_12-00-00.")
    assert len(states(kept)) == 1


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--to", "2026-03-02"], 2, "the nearest is 2026-03-01_12-00-00"),
        (["--to", "x", "--list"], 2, "without --to"),
        (["--env", "Producton"], 2, "Did you mean production?"),
    ],
)
def test_wrong_calls(kept: Path, args: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They say what was meant."""
    assert run(["db", "revert", *args]) == code
    assert said in capsys.readouterr().err


def test_without_any_state(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says where states come from."""
    assert run(["db", "revert"]) == 2
    assert "keep one each time" in capsys.readouterr().err
    assert run(["db", "revert", "--list"]) == 0
    assert capsys.readouterr().out == "There is no state in bin/dbsyncs.\n"


def test_migrations_without_a_database(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A migration would go and nobody can say whether it is applied: it is named, with what to do before."""
    (kept / "migrations/1_a.sql").write_text("select 1;")
    assert run(["db", "revert", "--yes"]) == 0
    err = capsys.readouterr().err
    assert "These migrations would be gone or changed: 1_a. Whether dev has them applied cannot be seen:" in err
    assert "take them back before: nself db migrate down --all" in err
    assert not (kept / "migrations/1_a.sql").exists()


def test_database_without_a_database(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--database is all or nothing: where none can be asked, no file changes."""
    (kept / "migrations/1_a.sql").write_text("select 1;")
    assert run(["db", "revert", "--yes", "--database", "--dsn", "postgresql://x@localhost:1/x"]) == 4
    assert "cannot be reached" in capsys.readouterr().err
    assert (kept / "migrations/1_a.sql").exists()
    assert len(states(kept)) == 1


def test_the_oldest_is_not_lost_on_the_way(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state that is put back survives that the present one is kept, whatever the retention."""
    monkeypatch.setenv("DB_SYNC_RETENTION", "1")
    assert run(["db", "revert", "--yes"]) == 0
    assert schema(kept) == "Table users { id int }\n"
    assert {state.before for state in states(kept)} == {"db revert", "db run"}


def test_what_is_gone_comes_back_to_its_place(project: Path) -> None:
    """The folder of the migrations was deleted: it is where it was, not where a new project would have it."""
    folder = project / "hasura/migrations/default"
    (folder / "1_a").mkdir(parents=True)
    (folder / "1_a/up.sql").write_text("select 1;")
    keep_state(project, schema_file=project / "database/schema.dbml", migrations_folder=folder, now=NOON)
    shutil.rmtree(project / "hasura")
    assert run(["db", "revert", "--yes"]) == 0
    assert (folder / "1_a/up.sql").read_text() == "select 1;"
