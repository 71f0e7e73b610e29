"""One command on one environment's database: found out once, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import present
from .invocation import Invocation
from .options import Options

if TYPE_CHECKING:
    from pytest_nself.migrations.ledger import LedgerTable
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
        present.note_once(invocation, f"Note: {text}")
    if options.env is not None and options.dsn is None and (shared := _shared(root, found)):
        present.note_once(invocation, shared)
    present.debug(invocation, f"project {root}; environment {environment.name}, from {environment.origin}")
    present.debug(invocation, f"database {target.dsn}, from {target.origin}")
    for name, resolved in settings.resolved.items():
        if resolved.origin != "default":
            present.debug(invocation, f"{name} = {resolved.value}, from {resolved.origin}")
    return Session(invocation, options, root, target, settings)


def table_of(session: Session) -> LedgerTable:
    """Where the ledger is."""
    from pytest_nself.migrations.ledger import LEDGER, LedgerTable

    said = session.settings.migration_table
    return LEDGER if said is None else LedgerTable.parse(said)


def one_place(one: Target, other: Target) -> bool:
    """Whether two targets are one database, as far as their addresses say."""
    return (one.dsn.host, one.dsn.port, one.dsn.dbname) == (other.dsn.host, other.dsn.port, other.dsn.dbname)


def _shared(root: Path, found: Target) -> str:
    """A warning where the files give the named environment the address of the one that is active without --env."""
    from pytest_nself.core.errors import NselfError
    from pytest_nself.project.env_files import PROCESS
    from pytest_nself.project.target import resolve_target

    if found.origin.endswith(PROCESS):
        return ""  # somebody set it for this very call
    try:
        active = resolve_target(root, direct=True)
    except NselfError:
        return ""
    if active.environment == found.environment or not one_place(active, found):
        return ""
    ours = f"name it in .env.{found.environment}" if found.origin == active.origin else f"correct {found.origin}"
    return (
        f"Warning: {found.environment} and {active.environment} are one database here: {found.dsn}, from "
        f"{found.origin}. What is done in it is recorded as {found.environment}. If {found.environment} has a database "
        f"of its own, {ours}."
    )


def refuse_where_declared(invocation: Invocation) -> None:
    """Raise Refused in an environment in which the command is never done."""
    if invocation.environment in invocation.refused_in:
        from pytest_nself.core.errors import Refused

        raise Refused(
            f"nself {invocation.command} is never done in {invocation.environment}.",
            "No flag and no confirmation changes that. Nothing was done.",
        )
