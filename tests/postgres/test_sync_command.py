"""`nself db sample` and `db sync` up to the database: what they write can be migrated, and taken back."""

from __future__ import annotations

import io
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nself_cli.main import run
from pytest_nself.authoring.desired import build_schema
from pytest_nself.authoring.samples import sample_names, sample_text
from pytest_nself.authoring.syncs import states
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.schema.validation import validate

from ..cli.terminal import on_a_terminal  # noqa: TID252 - the tests are no installed package

OLD = "Table users {\n  id int [pk]\n}\n"
NEW = "Table users {\n  id int [pk]\n  name text\n}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_address: None) -> Path:
    """A project whose schema has its migration; nobody is at the terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in ("NSELF_ENV", "ENV", "ENVIRONMENT", "NODE_ENV", "LOCAL_SCHEMA_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "schema.dbml").write_text(OLD)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_users.sql").write_text(
        "-- UP\ncreate table users (id int primary key);\n-- DOWN\ndrop table users;\n"
    )
    return tmp_path


@pytest.mark.parametrize("name", sample_names())
def test_a_sample_is_built(name: str, scratch_database: EphemeralDatabase) -> None:
    """The server takes every statement of it, types and expressions too, and finds nothing to say."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        found = build_schema(connection, validate(sample_text(name), name).schema)
    assert [str(one) for one in found if one.severity > one.severity.INFO] == []


def test_sync_writes_the_migration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is replaced, the migration is there, and one revert takes both back."""
    (project / "export.dbml").write_text(NEW)
    assert run(["db", "sync", "export.dbml", "--yes", "--message", "Add the name"]) == 0
    out = capsys.readouterr().out
    assert "users.name" in out
    assert (project / "schema.dbml").read_text() == NEW
    (migration,) = (project / "migrations").glob("*add_the_name.sql")
    assert 'add column "name" text' in migration.read_text() or "add column name text" in migration.read_text()
    assert run(["db", "revert", "--yes"]) == 0
    assert (project / "schema.dbml").read_text() == OLD
    assert not migration.exists()
    assert {state.before for state in states(project)} >= {"db sync", "db revert"}


def test_sync_does_not_say_yes_to_lost_rows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its --yes is one to the new file; what the migration would lose is asked by itself, and the way on is said."""
    (project / "export.dbml").write_text(NEW.replace("users", "people"))
    assert run(["db", "sync", "export.dbml", "--yes"]) == 3
    err = capsys.readouterr().err
    assert "schema.dbml is the new one all the same: go on with nself db run, or back with nself db revert" in err
    assert [path.name for path in (project / "migrations").glob("*.sql")] == ["1_users.sql"]
    assert run(["db", "revert", "--yes"]) == 0
    assert (project / "schema.dbml").read_text() == OLD


def test_sync_on_a_terminal(project: Path) -> None:
    """Pasted, shown, agreed to, and migrated, in one call."""
    argv = [sys.executable, "-c", "from nself_cli.main import main; main()", "db", "sync"]
    ended = on_a_terminal(argv, NEW.encode() + b".\nyes\n", project, until="Ctrl-D.")
    assert ended.code == 0, ended.shown
    assert ended.shown.index("+  name text") < ended.shown.index("This will replace schema.dbml. Type yes to go on:")
    assert "wrote migrations/" in ended.shown
    assert (project / "schema.dbml").read_text() == NEW
