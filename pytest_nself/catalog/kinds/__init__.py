"""One file per kind of object: how it is made, changed and dropped. Its facts are read by the query of its name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pytest_nself.catalog.ddl import Kind


@cache
def kinds() -> Mapping[str, Kind]:
    """The `KIND` of each file in this folder, by its name."""
    modules = sorted(module.name for module in iter_modules(__path__))
    found = (import_module(f"{__name__}.{name}").KIND for name in modules)
    return {kind.name: kind for kind in found}
