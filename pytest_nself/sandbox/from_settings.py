"""From a project's settings to what its servers must hold."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import ConfigError
from pytest_nself.project.folders import find_migrations_folder
from pytest_nself.project.settings import Settings
from pytest_nself.server.server import Wanted, read_settings

from .recipes import CallableRecipe, CommandRecipe, MigrationsRecipe, Nothing, Recipe
from .template import TEMPLATE, Template


def template_of(
    settings: Settings,
    root: Path,
    table: Mapping[str, Any],
    *,
    prefix: str = "nself_",
    name: str = TEMPLATE,
    stamp: str = "",
    premade: tuple[str, str] | None = None,
) -> Template:
    """What the settings say the template is made of; `table` is `[tool.nself]`."""
    return Template(
        recipe=recipe_of(settings, root, table),
        prefix=prefix,
        name=name,
        extensions=tuple(settings["extensions"]),
        prelude=tuple(root / path for path in settings["prelude"]),
        owner_role=settings["owner_role"] or None,
        role=settings["role"] or None,
        stamp=stamp,
        lock_timeout_s=settings["lock_timeout"],
        premade=premade,
    )


def wanted_of(settings: Settings, template: Template, *, run_id: str, folder: Path, port: int, password: str) -> Wanted:
    """What the settings ask of the server."""
    return Wanted(
        run_id=run_id,
        folder=folder,
        port=port,
        password=password,
        settings=read_settings(settings["postgres_settings"]),
        logins=template.logins,
        locale=settings["locale"],
        start_timeout_s=settings["start_timeout"],
    )


def recipe_of(settings: Settings, root: Path, table: Mapping[str, Any]) -> Recipe:
    """`[tool.nself.recipe]` if there is one, else the migrations folder, else nothing."""
    recipe = table.get("recipe")
    if recipe is None:
        folder = find_migrations_folder(root, settings["migrations"])
        return Nothing() if folder is None else MigrationsRecipe(folder)
    unknown = set(recipe) - {"command", "callable", "inputs"}
    if unknown or ("command" in recipe) == ("callable" in recipe):
        raise ConfigError(
            "[tool.nself.recipe] says not clearly how the database is built.",
            "It takes `command` or `callable`, and `inputs`"
            + (f"; unknown: {', '.join(sorted(unknown))}." if unknown else "."),
            'write command = "alembic upgrade head" and inputs = ["alembic/versions/*.py"]',
        )
    inputs = tuple(recipe.get("inputs", ()))
    if "callable" in recipe:
        return CallableRecipe(recipe["callable"], inputs, root)
    command = recipe["command"]
    words = tuple(shlex.split(command)) if isinstance(command, str) else tuple(command)
    return CommandRecipe(words, inputs, root, tuple(settings["export"]))
