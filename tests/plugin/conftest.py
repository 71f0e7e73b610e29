"""Projects made for one test, and pytest run on them in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

USERS = """
-- UP
create table users (id bigint generated always as identity primary key, name text not null unique);
-- DOWN
drop table users;
"""

# What the run around this one set for its own tests, and what a developer may have set for himself.
FOREIGN = ("PG", "DATABASE_URL", "POSTGRES_", "NSELF_RUN", "PYTEST_", "COV_")


@dataclass(frozen=True)
class Project:
    """A project in a folder of its own."""

    root: Path

    def write(self, **files: str) -> Project:
        """Write files; in names `__` stands for `/`, and the last `_` before a known ending for a dot."""
        for name, text in files.items():
            path = name.replace("__", "/")
            stem, _, ending = path.rpartition("_")
            self.file(f"{stem}.{ending}", text)
        return self

    def file(self, name: str, text: str) -> Path:
        """Write one file by its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
        return path

    def command(self, *args: str, plugins: tuple[str, ...] = ()) -> list[str]:
        """The command line of a run with our plugin and the named ones, no others."""
        loaded = [word for plugin in ("pytest_nself.plugin", *plugins) for word in ("-p", plugin)]
        return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *loaded, *args]

    def environment(self, **variables: str) -> dict[str, str]:
        """The environment of such a run."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}

    def run(
        self, *args: str, plugins: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run pytest here; its exit code and what it said."""
        return subprocess.run(
            self.command(*args, plugins=plugins),
            cwd=self.root,
            env=self.environment(**(env or {})),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def passes(self, *args: str, plugins: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> str:
        """Run pytest here, see that it passes, and return what it said."""
        result = self.run(*args, plugins=plugins, env=env)
        assert result.returncode == 0, result.stdout
        return result.stdout

    def fails(self, *args: str, plugins: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> str:
        """Run pytest here, see that tests fail, and return what it said."""
        result = self.run(*args, plugins=plugins, env=env)
        assert result.returncode == 1, result.stdout
        return result.stdout


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Make a project with one migration, in a folder that may be named."""

    def make(name: str = "app") -> Project:
        root = tmp_path / name
        root.mkdir(parents=True)
        project = Project(root)
        project.file("pytest.ini", "[pytest]\n")
        project.file("migrations/001_users.sql", USERS)
        return project

    return make


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    """A project with one migration: a table `users`."""
    return make_project()


def nself(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in the project."""
    return subprocess.run(
        [sys.executable, "-c", "from nself_cli.main import main; main()", *words],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
