"""`nself db schema`: schema.dbml and the database, each made from the other."""

from __future__ import annotations

import click

from nself_cli.tree import FolderGroup


@click.group(cls=FolderGroup, package=__name__)
def command() -> None:
    """Work with schema.dbml, the drawing and the text of a database.

    \b
    Examples:
      nself db schema export
      nself db schema export --format svg --output schema.svg
    """
