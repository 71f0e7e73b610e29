"""What the run says: one header line, and a summary if a server ran."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from .run import Run
from .state import HEADER, RUN

if TYPE_CHECKING:
    from .checks.reports import Reports


def header(config: pytest.Config) -> list[str]:
    """The provider and the number of migrations, without starting or parsing anything."""
    run = config.stash.get(RUN, None)
    if run is None:
        return []
    if run.provider is None:
        return ["nself: no PostgreSQL server can be had (a test that asks for one says why)"]
    checks = config.stash.get(HEADER, "")
    return [f"nself: {_provider(run)}, {_recipe(run)}" + (f"; {checks}" if checks else "")]


def _provider(run: Run) -> str:
    provider = run.provider
    assert provider is not None
    installation = getattr(provider, "found", None)
    where = (
        getattr(installation, "origin", "") or str(getattr(provider, "dsn", "")) or getattr(provider, "image_name", "")
    )
    return f"{provider.name} ({where})" if where else provider.name


def _recipe(run: Run) -> str:
    recipe = run.table.get("recipe")
    if recipe is not None:
        return f"recipe {recipe.get('command') or recipe.get('callable')}"
    setting = run.settings["migrations"]
    from pytest_nself.project.folders import MIGRATIONS

    folders = [run.root / name for name in ([setting] if setting else MIGRATIONS)]
    versions: set[str] = set()
    for folder in folders:
        if folder.is_dir():
            for entry in folder.iterdir():
                if (match := re.match(r"\d+", entry.name)) and (entry.is_dir() or entry.suffix.lower() == ".sql"):
                    versions.add(match[0])
            if versions:
                break
    return f"{len(versions)} migration{'' if len(versions) == 1 else 's'}" if versions else "no migrations"


def summary(terminalreporter: Any, run: Run, state: Mapping[str, Any], reports: Reports | None) -> None:
    """Version, cache hit and start time; RLS that nobody obeys; databases kept of failed tests; how checks went."""
    lines = _lines(run, state)
    if reports is not None:
        lines += [*reports.lines(), *reports.annotations()]
    if lines:
        terminalreporter.section("nself", sep="-")
        for line in lines:
            terminalreporter.line(line)


def _lines(run: Run, state: Mapping[str, Any]) -> list[str]:
    if "server" not in state:
        return []
    server, facts = state["server"], state["facts"]
    version = server["version"]
    how = "cached data folder" if server["cached"] else "built anew"
    if server["provider"] == "existing":
        how = "template built"
    name = f"PostgreSQL {version // 10000}.{version % 10000} ({server['provider']})"
    lines = [f"{name}, {how}, ready in {server['took_ms']:.0f} ms"]
    tables = facts.get("rls_tables", ())
    if tables and not run.settings["role"]:
        names = ", ".join(".".join(table) for table in tables[:3]) + (" …" if len(tables) > 3 else "")
        have = "1 table has" if len(tables) == 1 else f"{len(tables)} tables have"
        lines.append(
            f"row-level security is bypassed: tests run as a superuser, and {have} it ({names}); "
            'name a role for them: nself_role = "app"'
        )
    lines += run.kept_lines()
    return lines
