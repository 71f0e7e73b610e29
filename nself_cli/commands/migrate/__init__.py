"""`nself db migrate`: what should be in the database, and what is."""

from __future__ import annotations

import click

from nself_cli.tree import FolderGroup


@click.group(cls=FolderGroup, package=__name__)
def command() -> None:
    """Apply migrations, take them back, see how they stand.

    \b
    Examples:
      nself db migrate status
      nself db migrate up
      nself db migrate down 2
    """
