"""A project to run the command line in, whatever the developer's own environment says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_nself.project.declared import DATABASE_SETTINGS

_SELECTORS = ("NSELF_ENV", "ENV", "ENVIRONMENT", "NODE_ENV")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder; no variable of the process chooses anything."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    settings = {variable for setting in DATABASE_SETTINGS for variable in setting.variables}
    for name in os.environ:
        if name in settings or name in _SELECTORS or name.startswith(("PG", "POSTGRES_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    return tmp_path
