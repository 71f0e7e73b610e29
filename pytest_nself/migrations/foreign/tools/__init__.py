"""One file per tool; a file here is all that a further tool needs."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pytest_nself.migrations.foreign.ledger import Tool


@cache
def all_tools() -> tuple[Tool, ...]:
    """The `TOOL` of each file in this folder, by file name."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").TOOL for name in names)
