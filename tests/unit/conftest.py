"""What unit tests share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pytest_nself.core.finding import Severity
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations

Files = Mapping[str, str | bytes]


class Folder:
    """A folder of migrations: files are put into it, and it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, files: Files) -> Folder:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def read(self, files: Files | None = None) -> Migrations:
        return read_migrations(self.put(files or {}).path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder of migrations to write and read."""
    path = tmp_path / "migrations"
    path.mkdir()
    return Folder(path)


@pytest.fixture
def errors() -> Callable[[Migrations], list[tuple[str, str]]]:
    """The files with errors, and the rules, sorted."""

    def of(migrations: Migrations) -> list[tuple[str, str]]:
        found = migrations.findings.at_least(Severity.ERROR)
        return sorted((one.subject.name, one.rule.removeprefix("migration-")) for one in found)

    return of
