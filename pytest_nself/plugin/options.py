"""Flags, ini keys and markers of the plugin, generated from the declared settings."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_nself.project.settings import SETTINGS, Setting

CHECKS = (
    "nself_checksums(*labels): before the body, fail if a migration that nself.sum records was edited; one with these "
    "labels, or any",
    "nself_fk_index(*tables): before the body, fail if a foreign key has no index that serves it; one of these tables, "
    "or any",
    "nself_rls(*tables): before the body, fail if row-level security does not hold; on these tables (`orders` or "
    "`public.orders`), or on any",
    "nself_roundtrip(*labels): before the body, fail if a migration's up, down and up leave a trace; of one with these "
    "labels, of the one that the test has as nself_migration, or of any",
    "nself_seeds(*environments): before the body, fail if a seed of these environments, or of any, fails or changes "
    "rows when it is run again",
)
CHECK_MARKERS = frozenset(marker.partition("(")[0] for marker in CHECKS)
MARKERS = (
    "nself_fixtures(*names, share): load these fixture sets, and those that they extend, before the test, inside its "
    "rolled-back transaction; for a test that has none, into its committed database or its clone. Tests with the same "
    "sets share a transaction, in which now() stands still: share=False gives the test one of its own",
    "nself_rollback(on): nself_rollback(False) gives nself_db a connection to the committed database, for a test that "
    "commits",
    *CHECKS,
)

_INI_KINDS = {"bool": "string", "list": "linelist", "seconds": "string", "text": "string"}


def add(parser: pytest.Parser) -> None:
    """Register every setting: as an ini key, and as a flag where it is one."""
    group = parser.getgroup("nself", "real PostgreSQL (pytest-nself)")
    for setting in SETTINGS:
        parser.addini(setting.ini, _help(setting), type=_INI_KINDS[setting.kind], default=None)  # type: ignore[arg-type]
        if setting.flag and setting.kind == "bool":
            group.addoption(setting.option, dest=setting.ini, action="store_true", default=None, help=_help(setting))
        elif setting.flag:
            choices = setting.choices or None
            group.addoption(setting.option, dest=setting.ini, default=None, choices=choices, help=_help(setting))


def _help(setting: Setting) -> str:
    unit = f" ({setting.unit})" if setting.unit else ""
    return f"{setting.help}{unit}"


def from_config(config: pytest.Config) -> tuple[Any, Any]:
    """Two functions that read a setting: from the flags, and from the ini file."""
    namespace = config.known_args_namespace

    def flags(setting: Setting) -> Any:
        return getattr(namespace, setting.ini, None)

    def ini(setting: Setting) -> Any:
        return config.getini(setting.ini)

    return flags, ini
