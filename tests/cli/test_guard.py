"""The guard: what each environment asks, and what answers it, on a real terminal and without one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nself_cli.guard import DESTROY, Loss, confirm, words_wanted
from nself_cli.invocation import DESTRUCTIVE, NO_GUARD, ORDINARY, Invocation
from nself_cli.options import Options
from nself_cli.session import Session
from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import Refused
from pytest_nself.project.database_settings import DatabaseSettings
from pytest_nself.project.target import Target

from .terminal import Ended, on_a_terminal

ENVIRONMENTS = ("dev", "test", "staging", "qa", "production")
DSN = Dsn("db.example", 5433, "shop", "clerk", "hush")


def session(environment: str, *, guard: str = DESTRUCTIVE, quiet: bool = False, **flags: object) -> Session:
    """A command in an environment, as its flags were given."""
    options = Options(env=None, dsn=None, json=False, verbose=False, quiet=quiet, **flags)  # type: ignore[arg-type]
    invocation = Invocation(command="db migrate down", environment=environment, guard=guard, quiet=quiet)
    target = Target(environment, DSN, "DATABASE_URL in .env:1")
    return Session(invocation, options, Path(), target, DatabaseSettings({}))


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        (NO_GUARD, [None] * 5),
        (ORDINARY, [None, None, "yes", "yes", "yes"]),
        (DESTRUCTIVE, [None, None, "yes", "yes", DESTROY]),
    ],
)
def test_what_each_environment_asks(guard: str, words: list[str | None]) -> None:
    """dev and test ask nothing; staging, production and own environments ask; production wants the long word."""
    assert [words_wanted(environment, guard) for environment in ENVIRONMENTS] == words


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("destructive", [False, True])
@pytest.mark.parametrize("flags", [{}, {"yes": True}, {"confirm": DESTROY}, {"confirm": "yes"}, {"confirm": ""}])
def test_without_a_terminal(
    environment: str, destructive: bool, flags: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--yes answers ordinary questions, --confirm the typed one, neither the other; else refused, naming the flag."""
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115, PTH123 - closed with the test
    wanted = words_wanted(environment, DESTRUCTIVE if destructive else ORDINARY)
    enough = {None: True, "yes": flags.get("yes") is True, DESTROY: flags.get("confirm") == DESTROY}[wanted]
    asked = session(environment, guard=ORDINARY, **flags)
    try:
        if enough:
            assert confirm(asked, "take back 1 migration", destructive=destructive) is False
        else:
            with pytest.raises(Refused) as caught:
                confirm(asked, "take back 1 migration", destructive=destructive)
            assert caught.value.remedy == ("say --yes" if wanted == "yes" else f"say --confirm {DESTROY}")
            assert "Nothing was done." in caught.value.cause
    finally:
        sys.stdin.close()


def test_a_closed_stdin_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without any stdin is refused, it does not crash."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(Refused):
        confirm(session("staging"), "apply 1 migration", destructive=False)


def test_what_a_command_declares_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Who declares destruction is guarded so whatever the plan says; who declares nothing may not ask at all."""
    with pytest.raises(Refused, match="may destroy data"):
        confirm(session("production", yes=True, confirm="no"), "do it", destructive=False)
    with pytest.raises(AssertionError, match="declares no guard"):
        confirm(session("dev", guard=NO_GUARD), "do it", destructive=False)


def test_the_header(capsys: pytest.CaptureFixture[str]) -> None:
    """Environment, database, host, port, user, where the address comes from, what would be lost; no password."""
    losses = [
        Loss("public.orders", 1_234_567, 5_000_000_000),
        Loss("public.odd", None, None),
        Loss("public.never_analyzed", -1, 8192),
        Loss("public.one", 1, 900),
    ]
    confirm(session("dev"), "do it", destructive=True, losses=losses)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "dev: shop on db.example:5433 as clerk (from DATABASE_URL in .env:1)",
        "This would take data from 4 tables:",
        "  public.orders          about 1,234,567 rows  4.7 GB",
        "  public.never_analyzed  rows unknown          8.0 kB",
        "  public.one             about 1 row           900 bytes",
        "  public.odd             rows unknown          size unknown",
    ]


def test_a_long_list_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """Of hundreds of tables the largest are shown, and how many there are."""
    confirm(session("dev"), "do it", destructive=True, losses=[Loss(f"t{n:03}", n, n) for n in range(100)])
    err = capsys.readouterr().err
    assert "This would take data from 100 tables:" in err
    assert "  t099  about 99 rows  99 bytes" in err
    assert err.splitlines()[-1] == "  and 80 more"


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """With --quiet a command that asks nothing says nothing."""
    confirm(session("dev", quiet=True), "do it", destructive=True, losses=[Loss("t")])
    assert capsys.readouterr() == ("", "")


PROGRAM = """
import sys
from pathlib import Path
import click
from nself_cli import main, tree
from nself_cli.guard import Loss, confirm
from nself_cli.options import common_options
from nself_cli.session import Session, start

@tree.db.command(name="wreck")
@common_options(writes=True, guard=sys.argv.pop(1))
def wreck(invocation, options):
    asked = confirm(start(invocation, options), "wreck it", destructive=False, losses=[Loss("public.t", 3, 8192)])
    print(f"done, asked: {asked}")
    return 0

find = tree.FolderGroup.get_command
tree.FolderGroup.get_command = lambda self, ctx, name: wreck if name == "wreck" else find(self, ctx, name)
main.main()
"""


def wreck(project: Path, environment: str, typed: bytes, *flags: str, guard: str = DESTRUCTIVE) -> Ended:
    """Run a guarded command on a terminal."""
    argv = [sys.executable, "-c", PROGRAM, guard, "db", "wreck", "--env", environment, "--dsn", DSN.url(), *flags]
    return on_a_terminal(argv, typed, project)


@pytest.mark.parametrize(
    ("environment", "guard", "typed", "code"),
    [
        ("staging", DESTRUCTIVE, b"yes\n", 0),
        ("staging", DESTRUCTIVE, b"  yes \n", 0),
        ("staging", DESTRUCTIVE, b"y\n", 3),
        ("staging", DESTRUCTIVE, b"no\n", 3),
        ("staging", DESTRUCTIVE, b"\n", 3),
        ("staging", DESTRUCTIVE, b"\xff\n", 3),
        ("staging", DESTRUCTIVE, b"\x04", 3),
        ("staging", DESTRUCTIVE, b"\x03", 130),
        ("production", ORDINARY, b"yes\n", 0),
        ("production", DESTRUCTIVE, b"yes\n", 3),
        ("production", DESTRUCTIVE, b"yes-destroy-production\n", 0),
    ],
)
def test_on_a_terminal(project: Path, environment: str, guard: str, typed: bytes, code: int) -> None:
    """The header stands before the question; only the whole word is a yes; Ctrl-D is a no, Ctrl-C ends with 130."""
    ended = wreck(project, environment, typed, guard=guard)
    assert ended.code == code, ended.shown
    assert ended.shown.index("on db.example:5433 as clerk (from --dsn)") < ended.shown.index("to go on:")
    assert "public.t  about 3 rows  8.0 kB" in ended.shown
    assert ("done, asked: True" in ended.shown) is (code == 0)
    assert ("Nothing was done." in ended.shown) is (code != 0)
    assert "Traceback" not in ended.shown


def test_flags_on_a_terminal(project: Path) -> None:
    """--yes is not enough for destructive work on production, so it is asked; the right words need no question."""
    ended = wreck(project, "production", b"yes\n", "--yes")
    assert (ended.code, "Type yes-destroy-production to go on:" in ended.shown) == (3, True)
    ended = wreck(project, "production", b"", "--confirm", DESTROY)
    assert (ended.code, "to go on:" in ended.shown) == (0, False)
    ended = wreck(project, "production", b"", "--confirm", "yes")
    assert (ended.code, "to go on:" in ended.shown) == (3, False)
    ended = wreck(project, "staging", b"", "--force")
    assert (ended.code, "to go on:" in ended.shown) == (0, False)
    assert wreck(project, "dev", b"", "--confirm", "whatever").code == 0


def test_quiet_still_shows_what_is_asked_about(project: Path) -> None:
    """Nobody says yes to a database that is not named."""
    ended = wreck(project, "staging", b"yes\n", "--quiet")
    assert "on db.example:5433" in ended.shown
    assert "would take data from 1 table" in ended.shown
