"""`nself db factories`: classes that make rows for tests."""

from __future__ import annotations

import click

from nself_cli.tree import FolderGroup


@click.group(cls=FolderGroup, package=__name__)
def command() -> None:
    """Write factories for the tables of the database.

    \b
    Examples:
      nself db factories generate
      nself db factories generate --out tests/factories.py
    """
