"""`nself db seed` without a database: which command it is, and calls that cannot be."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from nself_cli.main import run


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is at the terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.fixture
def seeds(project: Path) -> Path:
    """A project with two seeds."""
    (project / "seeds/common").mkdir(parents=True)
    (project / "seeds/common/01_users.json").write_text('[{"email": "a@b"}]')
    (project / "seeds/common/posts.sql").write_text("insert into posts select 1 from users;")
    return project


def test_alone_it_is_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With flags, too; help is the group's own."""
    for args in (["db", "seed"], ["db", "seed", "--env", "staging"], ["db", "seed:run"], ["db", "seed", "run"]):
        assert run([*args, "--dsn", "postgresql://u@127.0.0.1:1/x", "--json"]) == 2
        document = json.loads(capsys.readouterr().out)
        assert (document["command"], document["error"]["problem"]) == ("db seed run", "There is no folder of seeds.")
    assert run(["db", "seed", "--help"]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_a_slip(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was meant is said."""
    assert run(["db", "seed", "lst"]) == 2
    assert "Did you mean list?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["graph", "--mermaid", "--svg"], "--mermaid, --svg and --json say the opposite"),
        (["run", "--rehearse", "--dry-run"], "--rehearse and --dry-run say the opposite"),
        (["verify", "--json", "--format", "github"], "--json and --format say the opposite"),
    ],
)
def test_calls_that_cannot_be(seeds: Path, args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Two forms at once."""
    assert run(["db", "seed", *args]) == 2
    assert said in "".join(capsys.readouterr())


def test_list_and_graph_need_no_database(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the files say can be told without one, and that it is all."""
    assert run(["db", "seed", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["data"]["seeds"]
    assert [(one["file"], one["applied"]) for one in found] == [
        ("common/01_users.json", None),
        ("common/posts.sql", None),
    ]
    assert run(["db", "seed", "graph"]) == 0
    out, err = capsys.readouterr()
    assert "common/posts.sql      posts   users  common/01_users.json" in out
    assert "By the files alone" in err


def test_a_file_that_is_not_there(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says which there are."""
    assert run(["db", "seed", "--file", "01_user.json", "--dsn", "postgresql://u@127.0.0.1:1/x"]) == 1
    assert 'Did you mean "common/01_users.json"?' in capsys.readouterr().err


def test_an_error_in_any_file_stops_all(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is loaded while a file cannot be used, and no server is needed to say so."""
    (seeds / "seeds/common/bad.sql").write_text("-- +seed:evn dev\nselect 1;")
    assert run(["db", "seed", "--dsn", "postgresql://u@127.0.0.1:1/x"]) == 1
    assert "seeds/common/bad.sql:1: +seed:evn is no header of seeds." in capsys.readouterr().err
    assert run(["db", "seed", "list"]) == 0
    assert "+seed:evn is no header" in capsys.readouterr().err
