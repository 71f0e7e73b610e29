"""Hooks that a project's conftest may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_nself.database.database import EphemeralDatabase


def pytest_nself_template_ready(database: EphemeralDatabase) -> None:
    """The migrated template stands, and was not cloned yet: rows that every test shall find can be put in here.

    Called once per run, in the process that started the server; close every connection before you return.
    """
