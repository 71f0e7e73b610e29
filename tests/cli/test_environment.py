"""Environments and settings, as the command line meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nself_cli.main import run

STATUS = ["db", "migrate", "status"]


def test_no_connection_is_a_usage_error(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any setting the command says where it looked."""
    monkeypatch.setenv("NSELF_ENV", "qa")
    assert run([*STATUS, "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["env"] == "qa"
    assert "DATABASE_URL" in document["error"]["cause"]
    assert ".env.qa" in document["error"]["cause"]


def test_no_folder_is_a_usage_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A project without migrations is told which folders would be read."""
    assert run([*STATUS, "--env", "dev", "--dsn", "postgresql://u@127.0.0.1:1/d"]) == 2
    assert "hasura/migrations/default" in capsys.readouterr().err


def test_disagreeing_environments_exit_3(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two names for the environment: refused; --env wins silently."""
    monkeypatch.setenv("ENV", "prod")
    monkeypatch.setenv("ENVIRONMENT", "dev")
    assert run(STATUS) == 3
    assert "ENV=prod (the process environment), ENVIRONMENT=dev" in capsys.readouterr().err
    assert run([*STATUS, "--env", "dev"]) == 2
    assert "ENVIRONMENT=dev" not in capsys.readouterr().err


def test_a_slip_exits_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt environment is no environment of its own."""
    assert run([*STATUS, "--env", "prodution", "--dsn", "postgresql://u@127.0.0.1:1/d"]) == 2
    assert "Did you mean production?" in capsys.readouterr().err


def test_a_line_that_cannot_be_read_exits_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken env file is named with its line; it is not skipped."""
    (project / ".env").write_text("A=1\nDATABASE_URL='postgresql://u:hush@h/d\n")
    assert run(STATUS) == 2
    err = capsys.readouterr().err
    assert "Error: .env:2: " in err
    assert "hush" not in err
