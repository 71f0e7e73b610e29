"""Settings: what wins, what each kind accepts, and what an error says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.project.pyproject import read_table
from pytest_nself.project.settings import BY_NAME, SETTINGS, Settings, parse
from pytest_nself.server.server import read_settings, server_settings


def settings(
    flag: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    ini: dict[str, Any] | None = None,
    table: dict[str, Any] | None = None,
) -> Settings:
    """Settings from four places."""
    return Settings(
        flags=lambda setting: (flag or {}).get(setting.name),
        environment=environment or {},
        ini=lambda setting: (ini or {}).get(setting.name),
        table=table or {},
    )


def test_what_wins() -> None:
    """Flag before variable before ini before `[tool.nself]` before default; each remembers where it came from."""
    places: dict[str, Any] = {
        "flag": {"provider": "existing"},
        "environment": {"NSELF_PROVIDER": "binaries"},
        "ini": {"provider": "embedded"},
        "table": {"provider": "container"},
    }
    expected = [
        ("existing", "--nself-provider"),
        ("binaries", "NSELF_PROVIDER"),
        ("embedded", "nself_provider"),
        ("container", "[tool.nself] provider"),
        (None, "default"),
    ]
    for value, origin in expected:
        found = settings(**places)
        assert (found["provider"], found.origin("provider")) == (value, origin)
        assert found.given("provider") == (origin != "default")
        if places:
            del places[next(iter(places))]


def test_an_empty_variable_counts_as_not_given() -> None:
    """`NSELF_CACHE=` leaves the ini value standing."""
    assert settings(environment={"NSELF_CACHE": ""}, ini={"cache": "here"})["cache"] == "here"


def test_every_setting_is_declared_once_and_helps() -> None:
    """Names, ini keys and variables are unique; every setting has a help text; defaults are of their kind."""
    assert len(BY_NAME) == len(SETTINGS)
    assert len({setting.variable for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.help
        if setting.default is not None:
            assert parse(setting, setting.default, "default").value == setting.default


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("extensions", "citext,hstore", ("citext", "hstore")),
        ("extensions", "citext, hstore  ltree\n", ("citext", "hstore", "ltree")),
        ("extensions", ["citext, hstore", "ltree"], ("citext", "hstore", "ltree")),
        ("export", "A B=port, C = host", ("A", "B=port", "C=host")),
        ("postgres_settings", "work_mem = 64MB\nsearch_path = a, b\n", ("work_mem = 64MB", "search_path = a, b")),
        ("postgres_settings", ["work_mem = 64MB"], ("work_mem = 64MB",)),
        ("prelude", "stubs/auth schema.sql", ("stubs/auth schema.sql",)),
        ("lock_timeout", "2.5", 2.5),
        ("reuse", "Yes", True),
        ("reuse", False, False),
        ("provider", " binaries ", "binaries"),
        ("postgres_version", 15, "15"),
    ],
)
def test_kinds(name: str, value: Any, expected: Any) -> None:
    """Lists are split as their items allow; numbers, switches and words are read."""
    assert parse(BY_NAME[name], value, "here").value == expected


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("reuse", "perhaps", "true or false"),
        ("lock_timeout", "long", "a number of seconds"),
        ("lock_timeout", "-1", "a number of seconds"),
        ("lock_timeout", "nan", "a number of seconds"),
        ("start", "late", "lazy"),
    ],
)
def test_wrong_values(name: str, value: str, allowed: str) -> None:
    """The error names origin, value, meaning, and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        parse(BY_NAME[name], value, "NSELF_X")
    assert caught.value.problem == f"NSELF_X cannot be {value!r}."
    assert BY_NAME[name].help in caught.value.cause
    assert allowed in caught.value.remedy


def test_a_table_with_an_unknown_key(tmp_path: Path) -> None:
    """`[tool.nself]` refuses what nobody knows, with the line and what was meant; a table of its own is a key too."""
    (tmp_path / "pyproject.toml").write_text('[tool.nself]\nrole = "app"\nmigratons = "db"\n')
    with pytest.raises(ConfigError, match=r"pyproject\.toml:3: .* no key 'migratons'"):
        read_table(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.nself]\nrole = "app"\n[tool.nself.recipe]\ncommand = "x"\n')
    assert read_table(tmp_path) == {"role": "app", "recipe": {"command": "x"}}


def test_no_table(tmp_path: Path) -> None:
    """Without the file, or without the table in it, nothing is decided."""
    assert read_table(tmp_path) == {}
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert read_table(tmp_path) == {}


def test_a_broken_file(tmp_path: Path) -> None:
    """A pyproject.toml that is no TOML is named."""
    (tmp_path / "pyproject.toml").write_text("[tool.nself\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_table(tmp_path)


def test_server_settings() -> None:
    """Lines become settings; what is no `name = value` is named; the user's win over ours."""
    read = read_settings(("work_mem = 64MB", "a.b='x = y'", "fsync=on"))
    assert read == {"work_mem": "64MB", "a.b": "x = y", "fsync": "on"}
    assert server_settings(150000, read)["fsync"] == "on"
    assert "io_method" not in server_settings(150000, {})
    assert server_settings(180000, {})["io_method"] == "sync"
    for wrong in ("work_mem", "= 3", "drop table = 3"):
        with pytest.raises(ConfigError, match="is not a server setting"):
            read_settings((wrong,))
