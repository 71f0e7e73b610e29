"""What a template is made from: our migrations, any command, or a function of yours."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError, NselfError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.project.environment import environment_at

from .cluster import RoleStatement, role_statements


class Recipe(Protocol):
    """How an empty database becomes the template."""

    @property
    def fingerprint(self) -> str:
        """Changes when what `build` makes may change."""

    @property
    def extensions(self) -> frozenset[str]:
        """Extensions that `build` will create, as far as that can be known."""

    def asks_for(self, extension: str) -> str:
        """Where the extension is asked for (`migrations/001_start.sql:3`), or an empty string."""

    def role_statements(self) -> Sequence[RoleStatement] | None:
        """Its statements that may change roles; None where its statements are not known."""

    def build(self, database: EphemeralDatabase, address: Dsn) -> Mapping[str, Any]:
        """Fill the database, which other programs reach at `address`; facts for the summary, as JSON can hold them."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No migrations folder and no recipe: the template is an empty database."""

    fingerprint: str = "nothing"
    extensions: frozenset[str] = frozenset()

    def asks_for(self, extension: str) -> str:
        return ""

    def role_statements(self) -> Sequence[RoleStatement]:
        return ()

    def build(self, database: EphemeralDatabase, address: Dsn) -> Mapping[str, Any]:
        return {"made_by": "nothing"}


@dataclass(frozen=True)
class MigrationsRecipe:
    """A folder of migrations, applied by the engine that applies them in production."""

    folder: Path

    @cached_property
    def fingerprint(self) -> str:
        digest = sha256()
        root = str(self.folder)
        seen: set[tuple[int, int]] = set()
        # The reader of migrations follows links, so a change behind one must be seen.
        for folder, folders, files in os.walk(root, followlinks=True):
            status = os.stat(folder)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in seen:
                folders.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            folders.sort()
            for name in sorted(files):
                with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123 - pathlib would double the time
                    content = file.read()
                digest.update(f"{folder[len(root) :]}/{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
                digest.update(content)
        return f"migrations:{digest.hexdigest()}"

    @cached_property
    def _migrations(self) -> Any:
        from pytest_nself.migrations.layouts import read_migrations

        return read_migrations(self.folder)

    @cached_property
    def _asked(self) -> dict[str, str]:
        from pytest_nself.migrations.statements import extensions_in

        found: dict[str, str] = {}
        for migration in self._migrations.migrations:
            for name in extensions_in(migration.up):
                found.setdefault(name, str(migration.place.path))
        return found

    @property
    def extensions(self) -> frozenset[str]:
        return frozenset(self._asked)

    def asks_for(self, extension: str) -> str:
        return self._asked.get(extension, "")

    def role_statements(self) -> Sequence[RoleStatement]:
        return [
            one for migration in self._migrations.migrations for one in role_statements(migration.up, migration.place)
        ]

    def build(self, database: EphemeralDatabase, address: Dsn) -> Mapping[str, Any]:
        """Apply all migrations. MigrationError carries file and line; findings of the folder are errors too."""
        from pytest_nself.execute.migrate import migrate_up

        migrations = self._migrations
        migrate_up(migrations, database)
        return {"made_by": "migrations", "migrations": len(migrations.migrations)}


class _Unread:
    """What we know of a recipe whose text we cannot read: nothing."""

    extensions: frozenset[str] = frozenset()

    def asks_for(self, extension: str) -> str:
        return ""

    def role_statements(self) -> Sequence[RoleStatement] | None:
        return None


@dataclass(frozen=True)
class CommandRecipe(_Unread):
    """A command of yours (`alembic upgrade head`), run with the database's address in its environment.

    `inputs` are globs below `root`; the files they name make the fingerprint.
    """

    command: tuple[str, ...]
    inputs: tuple[str, ...]
    root: Path
    export: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        return f"command:{json.dumps(self.command)}:{_inputs_digest(self.root, self.inputs)}"

    def build(self, database: EphemeralDatabase, address: Dsn) -> Mapping[str, Any]:
        """Run the command; NselfError shows the end of what it said."""
        from pytest_nself.execute.outside import run_command

        result = run_command(self.command, cwd=self.root, env=environment_at(address, self.export))
        if result.returncode != 0:
            said = "\n".join((result.stdout + result.stderr).strip().splitlines()[-30:])
            raise NselfError(
                f"The recipe's command failed with exit code {result.returncode}.",
                f"{' '.join(self.command)}\n{said}",
                "run it by hand against an empty database; DATABASE_URL names the database in its environment",
            )
        return {"made_by": self.command[0]}


@dataclass(frozen=True)
class CallableRecipe(_Unread):
    """A function of yours, `module:function`, that is called with the database's URL."""

    target: str
    inputs: tuple[str, ...]
    root: Path

    @cached_property
    def fingerprint(self) -> str:
        return f"callable:{self.target}:{_inputs_digest(self.root, self.inputs)}"

    def build(self, database: EphemeralDatabase, address: Dsn) -> Mapping[str, Any]:
        """Import and call the function; what it raises is shown as the cause."""
        from importlib import import_module

        module, _, name = self.target.partition(":")
        try:
            function = getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise ConfigError(
                f"[tool.nself.recipe] callable names {self.target!r}, which cannot be had.",
                str(error),
                "write it as module:function, importable from the project's root",
            ) from error
        try:
            function(address.url())
        except Exception as error:
            raise NselfError(
                f"The recipe {self.target} failed.", f"{type(error).__name__}: {error}", "mend the function"
            ) from error
        return {"made_by": self.target}


def _inputs_digest(root: Path, inputs: tuple[str, ...]) -> str:
    files = sorted({path for pattern in inputs for path in root.glob(pattern) if path.is_file()})
    if not files:
        raise ConfigError(
            "[tool.nself.recipe] inputs match no file.",
            f"{', '.join(inputs) or 'none given'}, looked up below {root}: without inputs a change would go unseen.",
            'name the files that the recipe reads: inputs = ["alembic/versions/*.py", "app/models/**/*.py"]',
        )
    digest = sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
