"""`nself db fixtures` without a database: what is listed from files, and calls that are refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from nself_cli.main import run

SETS = {
    "base.yml": "tables:\n  orgs:\n    acme: {name: Acme}\n",
    "people.json": '{"extends": ["base"], "tables": {"users": {"ada": {"org": "$orgs.acme"}, "ben": {}}}}',
    "raw.sql": "insert into orgs (name) values ('x');\n",
    "torn.yml": "tables: {",
}


@pytest.fixture
def sets(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a few sets, and nobody at the terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    folder = project / "fixtures"
    folder.mkdir()
    for name, text in SETS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    assert run(["db", "fixtures", "list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    return {one["set"]: one for one in document["data"]["sets"]}


def test_sets_are_listed_without_a_server(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, files, formats, what they extend, tables and rows; a file that cannot be read is told with its place."""
    found = listed(capsys)
    assert list(found) == ["base", "people", "raw", "torn"]
    people = found["people"]
    assert (people["file"], people["format"], people["extends"]) == ("fixtures/people.json", "json", ["base"])
    assert people["tables"] == [{"table": "users", "rows": 2, "parents": None}]
    assert (people["rows"], people["last_verified"], len(people["fingerprint"])) == (2, None, 16)
    assert found["raw"]["rows"] is None
    assert found["torn"]["error"].startswith("fixtures/torn.yml:1:")
    assert run(["db", "fixtures", "list"]) == 0
    out = capsys.readouterr().out
    assert "people  json    base" in out
    assert out.count("never") == 4


def test_what_is_known_of_parents_and_of_the_last_look_is_read(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parents from the lock, which knows the foreign keys; when a set was good from the folder's own notes."""
    lock = {
        "version": 1,
        "sets": {
            "people": {
                "fingerprint": "x",
                "tables": {
                    "public.users": {
                        "last": 2,
                        "columns": {"org_id": {"attnum": 2, "type": "bigint"}},
                        "constraints": {
                            "users_org_id_fkey": "FOREIGN KEY (org_id) REFERENCES public.orgs(id)",
                            "users_boss_fkey": "FOREIGN KEY (boss) REFERENCES public.users(id)",
                            "users_x_fkey": 'FOREIGN KEY (x) REFERENCES "My App"."T"(id)',
                        },
                    }
                },
            }
        },
    }
    (sets / ".nself-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    state = sets.parent / ".nself"
    state.mkdir()
    (state / "fixtures.json").write_text(
        json.dumps({"people": {"at": "2024-05-06T07:08:09+00:00", "fingerprint": "other", "rows": {}}}),
        encoding="utf-8",
    )
    people = listed(capsys)["people"]
    assert people["tables"][0]["parents"] == ["My App.T", "orgs"]
    assert (people["last_verified"], people["changed_since"]) == ("2024-05-06T07:08:09+00:00", True)
    run(["db", "fixtures", "list"])
    line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("people"))
    assert "users (My App.T, orgs)" in line
    assert line.endswith("2024-05-06 07:08, changed since")


def test_a_project_without_sets(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said where they are looked for."""
    assert run(["db", "fixtures", "list"]) == 2
    assert f"Looked for {project / 'fixtures'}" in capsys.readouterr().err


def test_an_unknown_set(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what was meant, before anything is connected to."""
    assert run(["db", "fixtures", "run", "--fixture", "peopel", "--dsn", "postgresql://nowhere.invalid/x"]) == 1
    assert 'Did you mean "people"?' in capsys.readouterr().err


def test_rows_are_never_kept_in_production(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused before the database is reached, whatever is confirmed."""
    where = ["--env", "production", "--dsn", "postgresql://nowhere.invalid/x", "--yes"]
    assert run(["db", "fixtures", "run", "--fixture", "base", "--commit", *where]) == 3
    assert "never kept in production" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["verify", "--dry-run"], "--dry-run goes with --fix"),
        (["verify", "--fix", "--env", "staging"], "leave out --env"),
        (["run"], "--fixture"),
        (["capture", "--name", "a/b", "--from", "select 1"], "--name"),
        (["capture", "--name", "a"], "--from"),
        (["capture", "--name", "a", "--from", "select 1", "--set", "x"], "COLUMN=TEXT"),
    ],
)
def test_wrong_calls(sets: Path, args: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and what is wrong with the call."""
    assert run(["db", "fixtures", *args]) == 2
    assert hint in capsys.readouterr().err
