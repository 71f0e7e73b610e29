"""The command line without a database: tree, help, usage, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from nself_cli.main import run
from nself_cli.tree import root
from pytest_nself.core.version import __version__


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with its path."""
    found: list[tuple[tuple[str, ...], click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += _commands(command, (*path, name))
    return found


ALL = _commands(root)


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_has_help_with_examples(path: tuple[str, ...], command: click.Command) -> None:
    """Each command says in one line what it does, and shows calls that begin with its own name."""
    assert command.get_short_help_str(limit=200).endswith(".")
    assert command.help is not None
    examples = command.help.split("Examples:")[1]
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    assert lines
    assert all(line.startswith(" ".join(("nself", *path))) for line in lines)


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_takes_the_common_flags(path: tuple[str, ...], command: click.Command) -> None:
    """The common flags stand after every verb; those about a database where there is one."""
    if isinstance(command, click.Group):
        return
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--json", "--quiet", "-q", "--debug"} <= options
    # They work on the files, and on servers of their own.
    without = path[-1] in ("create", "verify", "import", "run") and path[1] not in ("seed", "fixtures")
    assert ({"--env", "--dsn", "--verbose", "-v", "--show-sql"} <= options) is not without


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_declares_its_guard(path: tuple[str, ...], command: click.Command) -> None:
    """What is asked where is declared beside the command; one that writes is guarded."""
    if isinstance(command, click.Group):
        return
    declared = command.callback
    assert declared.guard in ("none", "ordinary", "destructive")  # type: ignore[union-attr]
    writes = any("--yes" in parameter.opts for parameter in command.params)
    assert writes is (declared.guard != "none")  # type: ignore[union-attr]


@pytest.mark.parametrize("path", [[], ["db"], ["db", "migrate"]])
def test_a_group_alone_prints_help_and_exits_2(path: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A noun without a verb did nothing, which a script must notice."""
    assert run(path) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Commands:" in err
    assert run([*path, "--help"]) == 0
    assert "Commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["bd"], "Did you mean db?"),
        (["db", "mirgate"], "Did you mean migrate?"),
        (["db", "migrate", "stauts"], "Did you mean status?"),
        (["db", "migrate:upp"], "Did you mean migrate:up"),
        (["db", "mirgate:up"], "Did you mean migrate:up"),
        (["db", "migrate:"], "no command 'migrate:'"),
        (["db", "--env", "dev", "migrate", "up"], "--env stands after the verb: nself db … --env"),
        (["-v", "db", "migrate", "up"], "-v stands after the verb: nself … -v"),
        (["db", "migrate", "up", "--confrim", "x"], "'--confirm'"),
        (["db", "migrate", "up", "-v", "--quiet"], "--verbose and --quiet say the opposite"),
        (["db", "migrate", "up", "--dryrun"], "--dry-run"),
        (["db", "migrate", "up", "none"], "not a valid integer"),
        (["db", "migrate", "up", "2", "--count", "3"], "give one"),
        (["db", "migrate", "up", "--to", "soon"], "not a version"),
        (["db", "migrate", "down", "--all", "--to", "3"], "one of --count, --to and --all"),
    ],
)
def test_wrong_calls_exit_2_with_a_hint(args: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was typed wrong is named, with what may have been meant; with --json as a document."""
    assert run(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert hint in err
    assert run([*args, "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert hint in document["error"]["problem"]
    assert document["ok"] is False


# Libraries for the work itself, and parts of the standard library that take milliseconds.
HEAVY = {"psycopg", "sqlglot", "pydbml", "dotenv", "ruamel", "faker", "factory", "testcontainers", "pytest"}
HEAVY |= {"tomllib", "asyncio", "logging", "subprocess", "socket", "json", "email", "http", "tempfile", "hashlib"}


@pytest.mark.parametrize(
    "call",
    [
        ["--help"],
        ["--version"],
        ["db", "--help"],
        ["db", "migrate", "--help"],
        ["db", "migrate", "up", "--help"],
        ["db"],
        ["db", "migrate", "stauts"],
    ],
    ids=" ".join,
)
def test_the_front_door_imports_nothing_heavy(call: list[str]) -> None:
    """Help answers without the libraries that only the work itself needs, and without the engine."""
    program = (
        f"import sys, click; before = set(sys.modules); from nself_cli.main import run; run({call}); "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "nself_cli.tree" in loaded
    assert {name for name in loaded if name.partition(".")[0] in HEAVY} == set()
    assert {name for name in loaded if name.startswith("pytest_nself")} <= {"pytest_nself", "pytest_nself.core"} | {
        "pytest_nself.core.version"
    }


def _complete(words: str) -> list[str]:
    """What the shell would offer for the last word."""
    environment = {**os.environ, "_NSELF_COMPLETE": "bash_complete", "COMP_WORDS": words}
    environment["COMP_CWORD"] = str(len(words.split(" ")) - 1)
    program = "import sys\nfrom nself_cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert {name for name in done.stderr.split() if name.partition(".")[0] in HEAVY} == set()
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_completion() -> None:
    """The shell completes nouns, verbs and flags; nothing hidden, nothing heavy."""
    assert _complete("nself d") == ["db"]
    assert _complete("nself db mi") == ["migrate"]
    assert set(_complete("nself db migrate ")) >= {"up", "down", "status"}
    flags = _complete("nself db migrate up --")
    assert {"--env", "--dry-run", "--count"} <= set(flags)
    assert not {"--force", "--steps"} & set(flags)


def test_the_installed_command() -> None:
    """`nself --version` runs as installed."""
    command = Path(sys.executable).with_name("nself")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"nself {__version__}\n"
