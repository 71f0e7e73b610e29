"""`nself db sample`: what it writes can be read, and nothing is lost for it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from nself_cli.commands.sample import command
from nself_cli.main import run
from pytest_nself.authoring.samples import FIRST, sample_names, sample_text
from pytest_nself.authoring.syncs import states
from pytest_nself.schema.validation import validate


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is at the terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.mark.parametrize("name", sample_names())
def test_nothing_is_wrong_with_a_sample(name: str) -> None:
    """Not even a warning; and it shows what it promises to."""
    text = sample_text(name)
    validation = validate(text, name)
    assert (tuple(validation.findings), validation.missing) == ((), ())
    for shown in ("Enum ", "indexes {", "check", "[pk]", "delete: ", "jsonb", "timestamptz", "note: ", "// "):
        assert shown in text


def test_the_command_offers_each_sample() -> None:
    """The names are written out where the command is declared, so that help needs no look into a folder."""
    (option,) = [one for one in command.params if one.name == "name"]
    assert (tuple(option.type.choices), option.default) == (sample_names(), FIRST)  # type: ignore[attr-defined]


def test_a_new_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is written where it is read, and what to do next is said."""
    assert run(["db", "sample"]) == 0
    assert (project / "schema.dbml").read_text() == sample_text("blog")
    assert capsys.readouterr().out.startswith("wrote schema.dbml\nNext: nself db run")
    assert states(project) == ()


def test_where_the_setting_says(project: Path) -> None:
    """LOCAL_SCHEMA_FILE counts, from an env file too."""
    (project / ".env").write_text("LOCAL_SCHEMA_FILE=db/drawing.dbml\n")
    assert run(["db", "sample", "--name", "shop"]) == 0
    assert (project / "db/drawing.dbml").read_text() == sample_text("shop")


def test_a_schema_is_not_replaced_by_itself(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --yes it is refused; with it, the old one is kept."""
    (project / "schema.dbml").write_text("Table mine { id int }\n")
    assert run(["db", "sample"]) == 3
    assert "say --yes" in capsys.readouterr().err
    assert (project / "schema.dbml").read_text() == "Table mine { id int }\n"
    assert run(["db", "sample", "--force"]) == 0
    (state,) = states(project)
    assert (state.path / "schema.dbml").read_text() == "Table mine { id int }\n"
    assert state.before == "db sample"


def test_dry_run_prints(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text on stdout is the sample's, ready for a file; nothing is written."""
    assert run(["db", "sample", "--name", "saas", "--dry-run"]) == 0
    assert capsys.readouterr().out == sample_text("saas")
    assert run(["db", "sample", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["text"] == sample_text("blog")
    assert not (project / "schema.dbml").exists()
