"""The command line without a database: tree, help, usage, exit codes."""

from __future__ import annotations

import json
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
    """The common flags stand after every verb."""
    if isinstance(command, click.Group):
        return
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--env", "--dsn", "--json", "--verbose", "-v", "--quiet", "-q"} <= options


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
        (["db", "migrate:upp"], "no command 'migrate:upp'"),
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


def test_the_front_door_imports_nothing_heavy() -> None:
    """Help answers without the libraries that only the work itself needs."""
    program = (
        "import sys; from nself_cli.main import run; run(['db', 'migrate', '--help']); "
        "print([name for name in ('psycopg', 'sqlglot', 'pytest', 'asyncio', 'dotenv') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_installed_command() -> None:
    """`nself --version` runs as installed."""
    command = Path(sys.executable).with_name("nself")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"nself {__version__}\n"
