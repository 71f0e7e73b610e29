"""The tree of commands. The folder `commands/` is the registry: `commands/history.py` is `nself db history`, and
`commands/migrate/up.py` is `nself db migrate up`.

A command's file is imported when the command is used or listed, so the front door stays fast.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from . import present
from .options import COMMON_FLAGS

_COMMANDS = Path(__file__).parent / "commands"


class Group(click.Group):
    """A group that, called alone, prints its help and fails, and that knows what an unknown command may have meant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["no_args_is_help"] = False
        super().__init__(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help where nothing follows; say where a common flag belongs."""
        if not args and not ctx.resilient_parsing:
            present.help_text(ctx.get_help())
            ctx.exit(2)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name in COMMON_FLAGS:
                ctx.fail(f"{error.option_name} stands after the verb: {ctx.command_path} … {error.option_name}")
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say what it might have been."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.spellings(ctx, args[0]), n=3, cutoff=0.5)
            near = get_close_matches(args[0], near, cutoff=0.75) or near
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"{ctx.command_path} has no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def spellings(self, ctx: click.Context, like: str) -> list[str]:
        """The words that could stand where `like` does."""
        return self.list_commands(ctx)


class FolderGroup(Group):
    """The commands of a package: one file, or folder, each, with the click command under the name `command`."""

    def __init__(self, *args: Any, package: str = "nself_cli.commands", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The files' names; what begins with an underscore is shared by them."""
        folder = _COMMANDS.joinpath(*self.package.split(".")[2:])
        names = (path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a file; `migrate:up`, of earlier releases, is `migrate up`."""
        noun, colon, verb = cmd_name.partition(":")
        if noun not in self.list_commands(ctx):
            return None
        command = import_module(f"{self.package}.{noun.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        if not colon:
            return command
        return command.get_command(ctx, verb) if isinstance(command, click.Group) else None

    def spellings(self, ctx: click.Context, like: str) -> list[str]:
        """The nouns; for `migrate:upp` each with its verbs."""
        nouns = self.list_commands(ctx)
        if ":" not in like:
            return nouns
        groups = ((noun, self.get_command(ctx, noun)) for noun in nouns)
        return [
            f"{noun}:{verb}"
            for noun, group in groups
            if isinstance(group, click.Group)
            for verb in group.list_commands(ctx)
        ]


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=lambda ctx, _, on: _version(ctx, on)
)
def root() -> None:
    """Real Postgres: migrations on your environments, by the engine that your tests use.

    \b
    Examples:
      nself db migrate status
      nself db migrate up --env staging
    """


@root.group(cls=FolderGroup)
def db() -> None:
    """Work on the project's database.

    \b
    Examples:
      nself db migrate up
      nself db migrate down --count 2
    """


def _version(ctx: click.Context, on: bool) -> None:
    if on:
        from pytest_nself.core.version import __version__

        present.line(f"nself {__version__}")
        ctx.exit()
