"""`nself db seed`: the rows that an environment's database begins with."""

from __future__ import annotations

import click

from nself_cli.tree import FolderGroup

_HELP = ("-h", "--help")


class SeedGroup(FolderGroup):
    """Without a verb it is `run`: `nself db seed --env staging`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the verb in where none is said."""
        if not args or (args[0].startswith("-") and args[0] not in _HELP):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=SeedGroup, package=__name__)
def command() -> None:
    """Load seeds, see which are there, prove that they can be run again; without a verb: run.

    \b
    Examples:
      nself db seed
      nself db seed list --env staging
      nself db seed verify
    """
