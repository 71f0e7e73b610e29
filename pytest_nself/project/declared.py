"""Every setting of the command line's work on databases, declared once.

Variables, `[tool.nself]` keys and the reference page all come from `DATABASE_SETTINGS`. What the tests' databases are
like stands in `settings`.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pytest_nself.core.errors import ConfigError

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_SECONDS = r"(\d+(?:\.\d+)?)\s*(ms|s|min|h)?"
_UNITS = {"ms": 0.001, None: 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}
_LONGEST_S = 2147483.0  # the server counts milliseconds in 31 bits


class DatabaseSetting(NamedTuple):
    """One thing a user can decide: by `flag`, by any of the `variables`, or by the key `name` in `[tool.nself]`.

    `kind` is `text`, `bool`, `seconds` (as a number) or `count`. `effect` is empty for a setting that does something;
    else it says that it does nothing yet. `removed` says why an old setting does nothing any more; `neutral` is the
    value of such a one that asks for what happens anyway.
    """

    name: str
    variables: tuple[str, ...]
    help: str
    kind: str = "text"
    default: Any = None
    unit: str = ""
    flag: str = ""
    effect: str = ""
    removed: str = ""
    neutral: bool | None = None


_NOT_YET = "none yet"

DATABASE_SETTINGS: tuple[DatabaseSetting, ...] = (
    DatabaseSetting(
        "migration_table",
        ("DB_MIGRATION_TABLE",),
        "table of the ledger, a name without a schema meaning public; unset: hdb_catalog.schema_migrations",
    ),
    DatabaseSetting(
        "migration_lock_timeout",
        ("DB_MIGRATION_LOCK_TIMEOUT",),
        "how long a run waits for another run on the same database to end",
        kind="seconds",
        default=60.0,
        unit="s",
        flag="--lock-wait",
    ),
    DatabaseSetting(
        "migration_statement_timeout",
        ("DB_MIGRATION_STATEMENT_TIMEOUT",),
        "how long a statement of a migration may run; 0: without limit",
        kind="seconds",
        default=300.0,
        unit="s",
    ),
    DatabaseSetting(
        "migration_statement_lock_timeout",
        ("DB_MIGRATION_STATEMENT_LOCK_TIMEOUT",),
        "how long a statement of a migration may wait for a lock on a table, and others behind it; 0: without limit",
        kind="seconds",
        default=5.0,
        unit="s",
    ),
    DatabaseSetting(
        "schema_file", ("LOCAL_SCHEMA_FILE",), "file of the schema in DBML; unset: schema.dbml, or database/schema.dbml"
    ),
    DatabaseSetting(
        "project_name",
        ("PROJECT_NAME", "COMPOSE_PROJECT_NAME"),
        "name that the project's containers begin with; unset: that of the project's folder",
    ),
    DatabaseSetting(
        "debug",
        ("NSELF_DEBUG",),
        "show what was decided and why, and the traceback of an unexpected error",
        kind="bool",
        default=False,
        flag="--debug",
    ),
    DatabaseSetting("backup_location", ("DB_BACKUP_LOCATION",), "folder of the backups", effect=_NOT_YET),
    DatabaseSetting(
        "backup_retention_days",
        ("DB_BACKUP_RETENTION_DAYS",),
        "how long backups are kept",
        kind="count",
        default=30,
        unit="days",
        effect=_NOT_YET,
    ),
    DatabaseSetting(
        "backup_compression",
        ("DB_BACKUP_COMPRESSION",),
        "whether backups are compressed",
        kind="bool",
        default=True,
        effect=_NOT_YET,
    ),
    DatabaseSetting("dbdiagram_url", ("DBDIAGRAM_URL",), "address of the project's diagram on dbdiagram.io"),
    DatabaseSetting(
        "sync_retention",
        ("DB_SYNC_RETENTION",),
        "how many states of schema, migrations and seeds are kept in bin/dbsyncs; 0: all",
        kind="count",
        default=20,
    ),
    DatabaseSetting(
        "auto_migrate",
        ("DB_AUTO_MIGRATE", "DBML_AUTO_MIGRATE"),
        "applied migrations without being asked",
        kind="bool",
        removed="migrations are applied by `nself db migrate up` alone",
        neutral=False,
    ),
    DatabaseSetting(
        "confirm_destructive",
        ("DB_CONFIRM_DESTRUCTIVE",),
        "switched the questions before destructive work off",
        kind="bool",
        removed="the environment decides what is asked; scripts say --yes or --confirm",
        neutral=True,
    ),
    DatabaseSetting(
        "seed_on_init",
        ("DB_SEED_ON_INIT",),
        "loaded seeds when the database was made",
        kind="bool",
        removed="seeds are loaded by a command of their own",
        neutral=False,
    ),
)


def parse_database_setting(
    setting: DatabaseSetting, value: object, origin: str, line: tuple[str, int] | None = None
) -> Any:
    """`value` as the setting's kind; ConfigError names the setting, where the value stands, and what is allowed.

    `line` is the file and line of a value that stands in a file.
    """
    try:
        return _parse(setting.kind, value)
    except (ValueError, TypeError):
        from pytest_nself.core.place import Place

        allowed = {
            "bool": "true or false",
            "seconds": f"a number of seconds from 0 to {_LONGEST_S:.0f}, or one with a unit: 500ms, 30s, 5min",
            "count": "a whole number from 0",
            "text": "text that is not empty",
        }[setting.kind]
        raise ConfigError(
            f"{setting.variables[0]} cannot be {value!r}.",
            f"It comes from {origin}, and says: {setting.help}.",
            f"use {allowed}",
            place=Place(*line) if line else None,
        ) from None


def _parse(kind: str, value: object) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word not in TRUE | FALSE:
            raise ValueError(word)
        return word in TRUE
    if isinstance(value, bool):
        raise ValueError(value)
    text = str(value).strip()
    if kind == "seconds":
        found = re.fullmatch(_SECONDS, text, re.ASCII)
        if found is None or (seconds := float(found[1]) * _UNITS[found[2]]) > _LONGEST_S:
            raise ValueError(text)
        return seconds
    if kind == "count":
        if not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        return int(text)
    if not text or not isinstance(value, str):
        raise ValueError(text)
    return text
