"""Settings of the command line: what wins, what each accepts, and which have no effect any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.project.database_settings import container_prefix, read_database_settings
from pytest_nself.project.declared import DATABASE_SETTINGS, parse_database_setting
from pytest_nself.project.settings import BY_NAME, SETTINGS

SECONDS = next(setting for setting in DATABASE_SETTINGS if setting.kind == "seconds")


def test_what_wins(tmp_path: Path) -> None:
    """Flag, process environment, env files, `[tool.nself]`, default; each remembers where it came from."""
    name, variable = "migration_lock_timeout", "DB_MIGRATION_LOCK_TIMEOUT"

    def found(process: dict[str, str], flag: object = None) -> tuple[float, str]:
        settings = read_database_settings(tmp_path, "dev", process, flags={name: flag})
        return settings.lock_wait_s, settings.origin(name)

    assert found({}) == (60.0, "default")
    (tmp_path / "pyproject.toml").write_text(f"[tool.nself]\n{name} = 5\n")
    assert found({}) == (5.0, f"[tool.nself] {name}")
    (tmp_path / ".env").write_text(f"{variable}=6\n")
    (tmp_path / ".env.local").write_text(f"# mine\n{variable}=7\n")
    assert found({}) == (7.0, f"{variable} in .env.local:2")
    assert found({variable: "8"}) == (8.0, f"{variable} in the process environment")
    assert found({variable: "8"}, 0.5) == (0.5, "--lock-wait")
    assert read_database_settings(tmp_path, "staging", {}).lock_wait_s == 6.0


def test_defaults(tmp_path: Path) -> None:
    """Nothing said: our ledger, 60 s for the runner's lock, 300 s for a statement, 5 s for a statement's locks."""
    root = tmp_path / "My Shop_2"
    root.mkdir()
    settings = read_database_settings(root, "dev", {})
    assert (settings.migration_table, settings.local_schema_file, settings.debug) == (None, None, False)
    assert (settings.lock_wait_s, settings.statement_timeout_ms, settings.lock_timeout_ms) == (60.0, 300_000, 5_000)
    assert settings.project_name == container_prefix(root) == "myshop_2"


def test_values_of_the_older_documents(tmp_path: Path) -> None:
    """What earlier releases told users to write is read."""
    (tmp_path / ".env").write_text(
        "DB_MIGRATION_TABLE=schema_migrations\nDB_MIGRATION_LOCK_TIMEOUT=60\nDB_MIGRATION_STATEMENT_TIMEOUT=300\n"
        "DB_BACKUP_RETENTION_DAYS=30\nDB_BACKUP_COMPRESSION=true\nDB_BACKUP_LOCATION=./database/backups\n"
        "DB_AUTO_MIGRATE=false\nDB_CONFIRM_DESTRUCTIVE=true\nLOCAL_SCHEMA_FILE=schema.dbml   # Path\n"
        "DBDIAGRAM_URL=https://dbdiagram.io/d/your-project\nPROJECT_NAME=myproject\nNSELF_DEBUG=true\n"
    )
    settings = read_database_settings(tmp_path, "dev", {})
    assert (settings.migration_table, settings.local_schema_file) == ("schema_migrations", "schema.dbml")
    assert (settings.project_name, settings.debug, settings.notes) == ("myproject", True, ())


@pytest.mark.parametrize(
    ("text", "seconds"), [("60", 60.0), (" 2.5 ", 2.5), ("500ms", 0.5), ("30 s", 30.0), ("5min", 300.0), ("0", 0.0)]
)
def test_seconds(text: str, seconds: float) -> None:
    """Seconds as a number, or with PostgreSQL's units."""
    assert parse_database_setting(SECONDS, text, "here") == seconds


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("DB_MIGRATION_LOCK_TIMEOUT", "long", "500ms, 30s, 5min"),
        ("DB_MIGRATION_LOCK_TIMEOUT", "-1", "from 0"),
        ("DB_MIGRATION_STATEMENT_TIMEOUT", "inf", "a number of seconds"),
        ("DB_MIGRATION_STATEMENT_TIMEOUT", "9999999", "2147483"),
        ("DB_MIGRATION_STATEMENT_TIMEOUT", "٣", "a number of seconds"),
        ("NSELF_DEBUG", "perhaps", "true or false"),
        ("DB_BACKUP_RETENTION_DAYS", "1.5", "a whole number"),
        ("DB_MIGRATION_TABLE", "  ", "not empty"),
    ],
)
def test_wrong_values(tmp_path: Path, variable: str, value: str, allowed: str) -> None:
    """The error names the setting, where the value stands, and what is allowed."""
    (tmp_path / ".env").write_text(f"A=1\n{variable}='{value}'\n")
    with pytest.raises(ConfigError) as caught:
        read_database_settings(tmp_path, "dev", {})
    assert caught.value.problem == f"{variable} cannot be {value!r}."
    assert str(caught.value.place) == ".env:2"
    assert f"{variable} in .env:2" in caught.value.cause
    assert allowed in caught.value.remedy
    with pytest.raises(ConfigError, match="the process environment"):
        read_database_settings(tmp_path, "dev", {variable: value})


@pytest.mark.parametrize("value", ["true", "[1]", "{}", '""'])
def test_wrong_values_of_the_table(tmp_path: Path, value: str) -> None:
    """A value of another type in pyproject.toml is named too."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.nself]\nmigration_lock_timeout = {value}\n")
    with pytest.raises(ConfigError, match=r"\[tool\.nself\] migration_lock_timeout"):
        read_database_settings(tmp_path, "dev", {})


@pytest.mark.parametrize(
    ("variable", "asks", "neutral"),
    [
        ("DB_AUTO_MIGRATE", "true", "false"),
        ("DBML_AUTO_MIGRATE", "1", "0"),
        ("DB_CONFIRM_DESTRUCTIVE", "false", "true"),
        ("DB_SEED_ON_INIT", "on", "off"),
        ("DB_SEED_ON_INIT", "whatever", "no"),
    ],
)
def test_settings_of_the_past(tmp_path: Path, variable: str, asks: str, neutral: str) -> None:
    """What was removed for safety is read and said to have no effect, unless it asks for what happens anyway."""
    (note,) = read_database_settings(tmp_path, "dev", {variable: asks}).notes
    assert note.startswith(f"{variable} in the process environment has no effect any more")
    assert read_database_settings(tmp_path, "dev", {variable: neutral}).notes == ()


def test_a_misspelt_variable_is_told_of(tmp_path: Path) -> None:
    """A slip would be silently without effect; variables of others, like DB_HOST, are none of ours."""
    (tmp_path / ".env").write_text("DB_MIGRATION_TABEL=x\nDB_HOST=h\nDB_NAME=n\n")
    (note,) = read_database_settings(tmp_path, "dev", {"DB_URL": "u"}).notes
    assert note == "DB_MIGRATION_TABEL in .env:1 is no setting; you may have meant DB_MIGRATION_TABLE."


def test_rounding(tmp_path: Path) -> None:
    """A timeout below a millisecond does not become 0, which would be no limit; 0 stays 0."""
    for said, expected in (("0.0001", 1), ("0", 0), ("0.5", 500), ("1.0001", 1001)):
        settings = read_database_settings(tmp_path, "dev", {"DB_MIGRATION_STATEMENT_LOCK_TIMEOUT": said})
        assert settings.lock_timeout_ms == expected


def test_every_setting_is_declared_once() -> None:
    """Names and variables are unique, also against the settings of the tests; every setting has a help text."""
    names = [setting.name for setting in DATABASE_SETTINGS]
    variables = [variable for setting in DATABASE_SETTINGS for variable in setting.variables]
    assert len(set(names)) == len(names)
    assert not set(names) & set(BY_NAME)
    assert len(set(variables)) == len(variables)
    assert not set(variables) & {setting.variable for setting in SETTINGS}
    for setting in DATABASE_SETTINGS:
        assert setting.help
        if setting.default is not None:
            assert parse_database_setting(setting, setting.default, "default") == setting.default
