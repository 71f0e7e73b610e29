"""`nself db fixtures` on real servers: verify with its own, run and capture on a database of somebody's."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from nself_cli.main import run
from pytest_nself.database.database import EphemeralDatabase

MIGRATION = "create table users (id int primary key, email text not null, age int);\n"
SET = "# People.\ntables:\n  users:\n    ada: {id: 1, email: ada@example.com, age: 12}\nexpect: {users: 1}\n"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, which is the current folder; nobody is at the terminal."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\n', encoding="utf-8")
    for folder in ("migrations", "fixtures", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "migrations" / "001_users.sql").write_text(f"-- UP\n{MIGRATION}", encoding="utf-8")
    (tmp_path / "fixtures" / "people.yml").write_text(SET, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in os.environ:
        if name.startswith(("PG", "DATABASE_URL", "POSTGRES_", "ENV", "NODE_ENV")) or name == "NSELF_ENV":
            monkeypatch.delenv(name)
    return tmp_path


def document(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["db", "fixtures", *args, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def migrate(app: Path, name: str, sql: str) -> None:
    (app / "migrations" / f"{name}.sql").write_text(f"-- UP\n{sql}\n", encoding="utf-8")


def test_verify_writes_the_lock_and_remembers(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A green look: exit 0, a lock beside the sets, and `list` knows when."""
    found = document(capsys, "verify")
    (one,) = found["data"]["sets"]
    assert (one["set"], one["status"], one["rows"]) == ("people", "good", {"public.users": 1})
    lock = (app / "fixtures" / ".nself-lock.json").read_text()
    assert '"email": {"attnum": 2, "type": "text", "not_null": true}' in lock
    listed = document(capsys, "list")["data"]["sets"][0]
    assert listed["last_verified"] is not None
    assert listed["changed_since"] is False
    assert (app / ".nself" / ".gitignore").read_text() == "*\n"


def test_verify_and_fix(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 with the problem; --fix --dry-run shows what it would write; --fix writes it, and exits 0."""
    run(["db", "fixtures", "verify"])
    lock = (app / "fixtures" / ".nself-lock.json").read_bytes()
    migrate(app, "002_mail", "alter table users rename email to mail;")
    migrate(app, "003_age", "alter table users add check (age >= 18);")
    capsys.readouterr()
    assert run(["db", "fixtures", "verify"]) == 1
    out = capsys.readouterr().out
    assert "people: stale" in out
    assert "users.email was renamed to mail (migration 002_mail; the same column by its attnum 2)." in out
    assert "fixtures/people.yml:4: users.ada has age 12" in out
    assert (app / "fixtures" / ".nself-lock.json").read_bytes() == lock
    found = document(capsys, "verify", "--fix", "--dry-run", code=1)
    assert found["data"]["fixed"] == ["fixtures/people.yml"]
    assert (app / "fixtures" / "people.yml").read_text() == SET
    capsys.readouterr()
    assert run(["db", "fixtures", "verify", "--fix"]) == 0
    assert "Mended fixtures/people.yml." in capsys.readouterr().out
    mended = SET.replace("email: ada", "mail: ada").replace("age: 12", "age: 18")
    assert (app / "fixtures" / "people.yml").read_text() == mended
    assert '"mail": {"attnum": 2' in (app / "fixtures" / ".nself-lock.json").read_text()


def test_a_set_that_no_test_names(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning, once there are tests; --strict makes it count."""
    assert document(capsys, "verify")["findings"] == []
    (app / "tests" / "test_a.py").write_text("# people\n", encoding="utf-8")
    found = document(capsys, "verify", "--strict", code=1)
    assert [one["rule"] for one in found["findings"]] == ["fixture-unused"]
    (app / "tests" / "test_a.py").write_text("mark('people')\n", encoding="utf-8")
    assert document(capsys, "verify", "--strict")["findings"] == []


def test_verify_against_a_live_database_writes_nothing_there(
    app: Path, scratch_database: EphemeralDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of its schema is what counts; neither it nor the lock is touched."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute("create table users (id int primary key, mail text)")
        found = document(capsys, "verify", "--dsn", scratch_database.dsn.url(), code=1)
        assert connection.execute("select count(*) from users").fetchone() == (0,)
    problems = found["data"]["sets"][0]["problems"]
    assert [one["problem"] for one in problems] == ['users has no column "email"', 'users has no column "age"']
    assert not (app / "fixtures" / ".nself-lock.json").exists()


def test_run_rolls_back_and_says_so(
    app: Path, scratch_database: EphemeralDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows are counted and gone; with --commit they stay; --dry-run sends nothing."""
    where = ["--dsn", scratch_database.dsn.url()]
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute(MIGRATION.encode())
        assert run(["db", "fixtures", "run", "--fixture", "people", *where]) == 0
        assert "rolled it back: nothing was kept" in capsys.readouterr().out
        assert connection.execute("select count(*) from users").fetchone() == (0,)
        found = document(capsys, "run", "--fixture", "people", "--dry-run", *where)
        assert found["data"]["sql"][-1].rstrip().endswith("rollback;")
        assert connection.execute("select count(*) from users").fetchone() == (0,)
        found = document(capsys, "run", "--fixture", "people", "--commit", *where)
        assert (found["data"]["committed"], found["data"]["rows"]) == (True, {"public.users": 1})
        assert connection.execute("select email from users").fetchone() == ("ada@example.com",)
        capsys.readouterr()
        assert run(["db", "fixtures", "run", "--fixture", "people", *where]) == 1
    assert "fixtures/people.yml:4:" in capsys.readouterr().err


def test_capture_writes_a_set_that_verifies(
    app: Path, scratch_database: EphemeralDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a database to a file to a green look; an existing file is replaced only when somebody says so."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute(MIGRATION.encode())
        connection.execute("insert into users values (7, 'zoe@corp.com', 40)")
    call = ["--name", "zoe", "--from", "select * from users", "--dsn", scratch_database.dsn.url()]
    found = document(capsys, "capture", *call, "--dry-run")
    assert (found["data"]["masked"], found["data"]["written"]) == ({"public.users.email": "email"}, False)
    assert not (app / "fixtures" / "zoe.yml").exists()
    found = document(capsys, "capture", *call)
    text = (app / "fixtures" / "zoe.yml").read_text()
    assert "corp" not in text
    assert found["data"]["text"] == text
    assert document(capsys, "verify", "--fixture", "zoe")["ok"] is True
    assert run(["db", "fixtures", "capture", *call]) == 3
    assert run(["db", "fixtures", "capture", *call, "--keep", "users.email", "--yes"]) == 0
    assert "email: zoe@corp.com" in (app / "fixtures" / "zoe.yml").read_text()


def test_capture_of_nothing_writes_nothing(
    app: Path, scratch_database: EphemeralDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """A query that gives no rows is told, with what may hide them; no file is made."""
    with scratch_database.connect(autocommit=True) as connection:
        connection.execute(MIGRATION.encode())
    call = ["--name", "zoe", "--from", "select * from users", "--dsn", scratch_database.dsn.url()]
    assert run(["db", "fixtures", "capture", *call]) == 1
    assert "gave no rows" in capsys.readouterr().err
    assert not (app / "fixtures" / "zoe.yml").exists()


def test_sets_are_items_of_a_test_run(pytester: pytest.Pytester) -> None:
    """`nself_checks = ["fixtures"]` makes one of each set; a stale one fails with what moved, and its place."""
    for name, text in {
        "migrations/001_users.sql": f"-- UP\n{MIGRATION}",
        "migrations/002_mail.sql": "-- UP\nalter table users rename email to mail;\n",
        "fixtures/people.yml": SET,
        "fixtures/good.yml": "tables:\n  users:\n    - {id: 1, mail: x}\n",
    }.items():
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    pytester.makepyprojecttoml('[tool.pytest]\nnself_checks = ["fixtures"]\n')
    result = pytester.runpytest_subprocess("-p", "no:django", "-rA")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*users.email was renamed to mail (migration 002_mail; the same column by its attnum 2).*",
            "*fixtures/people.yml:4*",
            "PASSED nself::fixtures[[]good]",
            "FAILED nself::fixtures[[]people]*",
        ]
    )
    assert not (pytester.path / "fixtures" / ".nself-lock.json").exists()
