"""`nself db test-server`: one warm server between test runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nself_cli import present
from nself_cli.invocation import Invocation
from nself_cli.options import Options, common_options
from nself_cli.tree import Group

if TYPE_CHECKING:
    from pytest_nself.sandbox.kept import TestProject


@click.group(cls=Group)
def command() -> None:
    """Keep one warm PostgreSQL server for test runs with nself_reuse.

    \b
    Examples:
      nself db test-server start
      nself db test-server stop
    """


@command.command()
@common_options(writes=False)
def start(invocation: Invocation, options: Options) -> int:
    """Start the project's test server, with its migrations applied.

    \b
    Examples:
      nself db test-server start
    """
    from pytest_nself.sandbox.kept import start_kept

    server = start_kept(_project())
    data = {"running": True, "provider": server.provider, "version": server.version, "dsn": str(server.dsn)}
    version = f"{server.version // 10000}.{server.version % 10000}"
    present.done(invocation, f"PostgreSQL {version} ({server.provider}) is ready at {server.dsn}", data)
    return 0


@command.command()
@common_options(writes=False)
def stop(invocation: Invocation, options: Options) -> int:
    """Stop the project's test server, and servers that keep databases of failed tests.

    \b
    Examples:
      nself db test-server stop
    """
    from pytest_nself.sandbox.kept import stop_kept

    ended = stop_kept(_project())
    text = "\n".join(f"stopped {one}" for one in ended) or "no test server was running"
    present.done(invocation, text, {"stopped": ended})
    return 0


@command.command()
@common_options(writes=False)
def status(invocation: Invocation, options: Options) -> int:
    """Say whether the project's test server runs.

    \b
    Examples:
      nself db test-server status --json
    """
    from pytest_nself.sandbox.kept import kept_servers

    found = kept_servers(_project())
    text = "\n".join(f"{one['what']}: {one.get('psql', one['dsn'])}" for one in found) or "no test server is running"
    present.done(invocation, text, {"servers": found})
    return 0


def _project() -> TestProject:
    from pytest_nself.sandbox.kept import TestProject

    return TestProject.find(Path.cwd())
