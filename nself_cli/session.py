"""One command on one environment's database: found out once, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import present
from .invocation import Invocation
from .options import Options

if TYPE_CHECKING:
    from pytest_nself.project.database_settings import DatabaseSettings
    from pytest_nself.project.target import Target


class Session(NamedTuple):
    """One command on one environment's database."""

    invocation: Invocation
    options: Options
    root: Path
    target: Target
    settings: DatabaseSettings


def start(invocation: Invocation, options: Options, *, flags: Mapping[str, object] | None = None) -> Session:
    """Find out which project, environment, database and settings are meant.

    The database is reached past a connection pool where the project says how (DATABASE_URL_DIRECT). `flags` holds the
    command's own flags by the name of the setting that they stand for; None is "not given".
    """
    from pytest_nself.project.database_settings import read_database_settings
    from pytest_nself.project.target import find_root, resolve_target
    from pytest_nself.project.which_environment import choose_environment

    from .published import reachable

    root = find_root(Path.cwd())
    environment = choose_environment(root, options.env)
    invocation.environment = environment.name
    given = {**(flags or {}), "debug": options.debug or None}
    settings = read_database_settings(root, environment.name, flags=given)
    invocation.debug = settings.debug
    refuse_where_declared(invocation)
    found = resolve_target(root, env=environment, dsn=options.dsn, direct=True)
    target = reachable(found, settings.project_name, root)
    for text in (*settings.notes, *target.notes):
        present.note(invocation, f"Note: {text}")
    present.debug(invocation, f"project {root}; environment {environment.name}, from {environment.origin}")
    present.debug(invocation, f"database {target.dsn}, from {target.origin}")
    for name, resolved in settings.resolved.items():
        if resolved.origin != "default":
            present.debug(invocation, f"{name} = {resolved.value}, from {resolved.origin}")
    return Session(invocation, options, root, target, settings)


def refuse_where_declared(invocation: Invocation) -> None:
    """Raise Refused in an environment in which the command is never done."""
    if invocation.environment in invocation.refused_in:
        from pytest_nself.core.errors import Refused

        raise Refused(
            f"nself {invocation.command} is never done in {invocation.environment}.",
            "No flag and no confirmation changes that. Nothing was done.",
        )
