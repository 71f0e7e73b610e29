"""Real PostgreSQL in every test, and the same engine on your real databases.

The names below are the public API; each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalog.changes import plan_changes as plan_changes
    from .catalog.compare import differences as differences
    from .catalog.fact import Catalog as Catalog
    from .catalog.read import introspect as introspect
    from .checks.prove import Proof as Proof
    from .checks.prove import prove as prove
    from .core.dsn import Dsn as Dsn
    from .core.errors import ConfigError as ConfigError
    from .core.errors import FixtureError as FixtureError
    from .core.errors import IsolationError as IsolationError
    from .core.errors import MigrationError as MigrationError
    from .core.errors import NoServer as NoServer
    from .core.errors import NselfError as NselfError
    from .core.version import __version__ as __version__
    from .data.factories.factory import NselfFactory as NselfFactory
    from .data.sets.rows import FixtureRows as FixtureRows
    from .database.database import Database as Database
    from .database.database import EphemeralDatabase as EphemeralDatabase
    from .plugin.loaded_sets import LoadedSets as LoadedSets
    from .plugin.making import Making as Making
    from .plugin.notices import NselfWarning as NselfWarning
    from .sandbox.creating import creating as creating
    from .server.server import Server as Server

_HOMES = {
    "Catalog": "catalog.fact",
    "ConfigError": "core.errors",
    "Database": "database.database",
    "Dsn": "core.dsn",
    "EphemeralDatabase": "database.database",
    "FixtureError": "core.errors",
    "FixtureRows": "data.sets.rows",
    "IsolationError": "core.errors",
    "LoadedSets": "plugin.loaded_sets",
    "Making": "plugin.making",
    "MigrationError": "core.errors",
    "NoServer": "core.errors",
    "NselfError": "core.errors",
    "NselfFactory": "data.factories.factory",
    "NselfWarning": "plugin.notices",
    "Proof": "checks.prove",
    "Server": "server.server",
    "__version__": "core.version",
    "creating": "sandbox.creating",
    "differences": "catalog.compare",
    "introspect": "catalog.read",
    "plan_changes": "catalog.changes",
    "prove": "checks.prove",
}

__all__ = [
    "Catalog",
    "ConfigError",
    "Database",
    "Dsn",
    "EphemeralDatabase",
    "FixtureError",
    "FixtureRows",
    "IsolationError",
    "LoadedSets",
    "Making",
    "MigrationError",
    "NoServer",
    "NselfError",
    "NselfFactory",
    "NselfWarning",
    "Proof",
    "Server",
    "__version__",
    "creating",
    "differences",
    "introspect",
    "plan_changes",
    "prove",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: importing the package must cost nothing."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return __all__
