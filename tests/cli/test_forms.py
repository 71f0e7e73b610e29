"""What is printed where: one document with --json, one line for what nobody expected, progress on terminals only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nself_cli import present
from nself_cli.exit_codes import MEANINGS, code_of
from nself_cli.invocation import Invocation
from nself_cli.main import run
from nself_cli.watching import watching
from pytest_nself.core import errors
from pytest_nself.core.plan import Plan

from .terminal import on_a_terminal

STATUS = ["db", "migrate", "status"]
DSN = ["--dsn", "postgresql://u@127.0.0.1:1/d"]
KEYS = ["schema", "command", "env", "ok", "data", "findings", "error"]


def document(args: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one document that the command prints."""
    assert run([*args, "--json"]) == code
    out = capsys.readouterr().out
    found: dict[str, Any] = json.loads(out)
    assert list(found) == KEYS
    assert found["ok"] is (code == 0)
    return found


def raises(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make every command fail in mid work."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pytest_nself.project.target.resolve_target", fail)


@pytest.mark.parametrize(
    ("args", "code", "kind"),
    [
        (["bd"], 2, "Usage"),
        (["db", "migrate", "up", "--dryrun"], 2, "Usage"),
        ([*STATUS, "-v", "-q"], 2, "Usage"),
        ([*STATUS, "--env", "prodution"], 2, "ConfigError"),
        ([*STATUS, *DSN], 2, "ConfigError"),
    ],
)
def test_every_failure_is_one_document(
    project: Path, args: list[str], code: int, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """--json prints one document whatever happens."""
    assert document(args, code, capsys)["error"]["kind"] == kind


def test_the_command_is_named_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """The document names `db migrate up`, however it was spelled, also in a usage error; a group is named too."""
    for call in (["db", "migrate:up"], ["db", "migrate", "up"]):
        assert document([*call, "--dryrun"], 2, capsys)["command"] == "db migrate up"
    assert document(["db"], 2, capsys)["command"] == "db"


def test_interrupted(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is exit 130, as a document too, and says that nothing was done."""
    raises(monkeypatch, KeyboardInterrupt())
    assert document(STATUS, 130, capsys)["error"]["cause"] == "Nothing was done."
    assert run(STATUS) == 130
    assert "Interrupted. Nothing was done." in capsys.readouterr().err


def test_what_nobody_expected_is_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error that is none of ours: one line and how to see more; the traceback with NSELF_DEBUG or --debug."""
    raises(monkeypatch, RuntimeError("two\nlines"))
    assert run(STATUS) == 1
    err = capsys.readouterr().err
    assert err == (
        "Error: Unexpected RuntimeError: two lines (set NSELF_DEBUG=true for the traceback, and report it)\n"
    )
    error = document(STATUS, 1, capsys)["error"]
    assert (error["kind"], error["problem"]) == ("Unexpected", "Unexpected RuntimeError: two lines")
    assert run([*STATUS, "--debug"]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err
    monkeypatch.setenv("NSELF_DEBUG", "true")
    assert run([*STATUS, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["remedy"] == ""
    assert "Traceback (most recent call last)" in err


def test_debug_says_what_was_decided(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NSELF_DEBUG in an env file: each decision with its origin, no password, nothing of it with --quiet."""
    (project / ".env").write_text(
        "DATABASE_URL=postgresql://u:hush@127.0.0.1:1/d\nNSELF_DEBUG=1\nDB_MIGRATION_TABLE=x\nDB_AUTO_MIGRATE=true\n"
    )
    assert run(STATUS) == 2  # no migrations
    err = capsys.readouterr().err
    assert "debug: database postgresql://u:***@127.0.0.1:1/d, from DATABASE_URL in .env:1" in err
    assert "debug: migration_table = x, from DB_MIGRATION_TABLE in .env:3" in err
    assert "Note: DB_AUTO_MIGRATE in .env:4 has no effect any more" in err
    assert "hush" not in err
    assert run([*STATUS, "--quiet"]) == 2
    assert capsys.readouterr().err.startswith("Error: There is no folder")


def test_a_command_that_is_refused_where_it_declares_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is never done in production is refused before anything is looked at, whatever the flags say."""
    from nself_cli.session import refuse_where_declared

    invocation = Invocation(command="db reset", environment="production", refused_in=("production",))
    with pytest.raises(errors.Refused, match="nself db reset is never done in production"):
        refuse_where_declared(invocation)
    refuse_where_declared(Invocation(command="db reset", environment="staging", refused_in=("production",)))


def test_every_error_of_ours_has_an_exit_code() -> None:
    """Each class of error leads to a code that the reference explains; others lead to none."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.NselfError)]
    assert len(kinds) > 8
    assert all(code_of(kind("x")) in MEANINGS for kind in kinds)
    assert code_of(RuntimeError()) is None


class Terminal:
    """Something to print on that says whether it is a terminal, and remembers what it was given."""

    def __init__(self, *, terminal: bool) -> None:
        self.text, self._terminal = "", terminal

    def isatty(self) -> bool:
        return self._terminal

    def fileno(self) -> int:
        raise OSError

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def test_progress_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of progress is as wide as the terminal at most, and gone when anything else is printed."""
    terminal = Terminal(terminal=True)
    monkeypatch.setattr("sys.stderr", terminal)
    invocation = Invocation()
    present.progress(invocation, "1/2 apply\n" + "x" * 200)
    assert terminal.text == "\r1/2 apply " + "x" * 69
    present.note(invocation, "done")
    assert terminal.text.endswith("\r" + " " * 79 + "\rdone\n")
    present.done(invocation, "", {})
    assert terminal.text.endswith("done\n")


PLAN = Plan("do nothing", ())


@pytest.mark.parametrize("known", [{"quiet": True}, {"json": True}])
def test_no_progress_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, known: dict[str, bool]) -> None:
    """Not with --quiet, not with --json, not when stderr is a file."""
    monkeypatch.setattr("sys.stderr", terminal := Terminal(terminal=True))
    assert watching(Invocation(**known), PLAN) is None  # type: ignore[arg-type]
    present.progress(Invocation(**known), "1/2")  # type: ignore[arg-type]
    assert terminal.text == ""
    monkeypatch.setattr("sys.stderr", Terminal(terminal=False))
    assert watching(Invocation(), PLAN) is None


def test_any_text_can_be_printed() -> None:
    """A name that the terminal's encoding lacks is printed as an escape; the command does not fail over it."""
    program = "from nself_cli import present; present.tolerate_any_text(); present.line('é \\udcff')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env={"PYTHONIOENCODING": "ascii"}
    )
    assert done.stdout == b"\\xe9 \\udcff\n"


def test_ctrl_c_at_any_moment(project: Path) -> None:
    """On a terminal Ctrl-C ends a command that is busy, with 130 and one sentence."""
    program = (
        "import time; from nself_cli import main, tree; import pytest_nself.project.target as target\n"
        "def wait(*_, **__): print('busy', flush=True); time.sleep(60)\n"
        "target.resolve_target = wait; main.main()"
    )
    ended = on_a_terminal([sys.executable, "-c", program, *STATUS], b"\x03", project, until="busy")
    assert ended.code == 130
    assert "Interrupted. Nothing was done." in ended.shown
    assert "Traceback" not in ended.shown
