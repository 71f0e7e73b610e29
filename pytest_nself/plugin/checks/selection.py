"""Which checks a run is to collect: what the setting says, and what the command line names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_nself.core.errors import ConfigError

from .kinds import Kind, kind, name_of

if TYPE_CHECKING:
    from pytest_nself.project.settings import Settings

HOME = "nself"
ALL = "*"
"""In brackets: whatever there is; how a run that starts no server shows what it cannot know."""

_ARGUMENT = re.compile(r"(?P<path>[^\[]*?)::(?P<kind>[^\[:]*)(?:\[(?P<subject>.*)\])?", re.DOTALL)


class Wanted(NamedTuple):
    """One kind, and the names of which items are wanted; None: of all."""

    kind: Kind
    names: tuple[str, ...] | None


class Selection(NamedTuple):
    """What is to be collected; `left_out` are kinds of the setting that are not, as the command line names tests.

    `surprising`: it names a folder of them, and whoever does so may believe that this is all that there is.
    """

    wanted: tuple[Wanted, ...]
    left_out: tuple[str, ...] = ()
    surprising: bool = False

    def __str__(self) -> str:
        if self.left_out:
            return f"checks left out, since the command line names tests: {', '.join(self.left_out)}"
        return f"checks: {', '.join(name_of(one.kind) for one in self.wanted)}" if self.wanted else ""


def is_ours(config: pytest.Config, argument: str) -> bool:
    """Whether an argument names checks: `nself::rls[public.orders]`, also as it is shown from another folder."""
    path = argument.partition("::")[0]
    if "::" not in argument or Path(path).name != HOME:
        return False
    file = config.invocation_params.dir / path
    return not file.is_file() and (path == HOME or file.resolve() == (config.rootpath / HOME).resolve())


def select(config: pytest.Config, settings: Settings) -> Selection:
    """What to collect. ConfigError for a kind that there is none of, wherever it is named."""
    setting = {name: kind(name, settings.origin("checks")) for name in settings["checks"]}
    named: dict[str, tuple[str, ...] | None] = {}
    for argument in config.args:
        if is_ours(config, argument):
            _add(named, argument)
    kinds = {name: kind(name, "The command line") for name in named}
    wanted = [Wanted(kinds[name], names) for name, names in named.items()]
    by_flag = settings.origin("checks").startswith("--")
    if by_flag or (not named and _whole_suite(config)):
        wanted = [one for one in wanted if one.kind not in setting.values()]
        return Selection((*wanted, *(Wanted(one, None) for one in setting.values())))
    folders = any((config.invocation_params.dir / argument).is_dir() for argument in config.args)
    return Selection(tuple(wanted), () if named else tuple(setting), folders)


def _add(named: dict[str, tuple[str, ...] | None], argument: str) -> None:
    match = _ARGUMENT.fullmatch(argument)
    if match is None:
        raise ConfigError(
            f"{argument} names no check.", "A check is named by its kind and a subject.", "write nself::rls[public.a]"
        )
    name, subject = match["kind"], match["subject"]
    before = named.setdefault(name, ())
    if subject in (None, ALL) or before is None:
        named[name] = None
    elif subject not in before:
        named[name] = (*before, subject)


def _whole_suite(config: pytest.Config) -> bool:
    """Whether the run is about the project: no path is named, or folders that hold all that is collected without."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return True
    root = config.rootpath
    usual = [path for pattern in config.getini("testpaths") for path in root.glob(pattern)] or [root]
    named = [(config.invocation_params.dir / argument).resolve() for argument in config.args if "::" not in argument]
    return all(any(path.resolve().is_relative_to(one) for one in named) for path in usual)
