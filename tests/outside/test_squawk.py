"""squawk for real: what it says of a migration, held against what was measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.checks.hazards import hazards
from pytest_nself.checks.squawk import ask, find_squawk
from pytest_nself.core.errors import ToolMissing
from pytest_nself.migrations.layouts import read_migrations

from .conftest import missing

Write = Callable[..., Path]

ORDERS = "create table orders (id bigint primary key, customer bigint, code varchar(10), note text not null);"


@pytest.fixture
def squawk() -> Path:
    """The program."""
    try:
        return find_squawk(Path.cwd())
    except ToolMissing as error:
        missing(error.problem, "pip install squawk-cli")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write migrations, `v1="…"` as `1_m.sql`; gives their folder."""
    (tmp_path / "pyproject.toml").touch()
    folder = tmp_path / "migrations"
    folder.mkdir()

    def write_files(**texts: str) -> Path:
        for version, text in texts.items():
            (folder / f"{version.removeprefix('v')}_m.sql").write_text(text, encoding="utf-8", newline="")
        return folder

    return write_files


def lint(project: Path, *flags: str) -> Any:
    """Lint by replay; the findings by place and rule, with the severity and what squawk says."""
    program = "import sys; from nself_cli.main import main; main(sys.argv[1:])"
    argv = [sys.executable, "-c", program, "db", "migrate", "lint", "--replay", "--with", "squawk", "--json", *flags]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_URL"))}
    done = subprocess.run(argv, cwd=project, env=env, capture_output=True, text=True, timeout=120, check=False)
    document = json.loads(done.stdout)
    severities = {(one["place"], one["rule"]): one["severity"] for one in document["findings"]}
    return {
        (one["place"].partition("/")[2], one["rule"]): (severities[one["place"], one["rule"]], one.get("squawk"))
        for one in document["data"]["lint"]["hazards"]
    }


def test_a_hazard_is_told_once(squawk: Path, write: Write) -> None:
    """What both find is ours, and says that squawk agrees; what squawk alone finds is told beside it."""
    folder = write(
        v1=ORDERS,
        v2="-- UP\nselect 1;\n\ncreate index orders_code on orders (code); alter table orders drop column note;\n"
        "-- DOWN\ndrop table nowhere;\n",
        v3="create table more (id int primary key);",
    )
    assert lint(folder.parent) == {
        ("1_m.sql:1:67", "squawk-prefer-text-field"): ("warning", ["prefer-text-field"]),
        ("2_m.sql:4:1", "create-index"): ("error", ["require-concurrent-index-creation"]),
        ("2_m.sql:4:44", "drop-column"): ("error", ["ban-drop-column"]),
        ("3_m.sql:1:23", "squawk-prefer-bigint-over-int"): ("warning", ["prefer-bigint-over-int"]),
    }


def test_what_was_measured_counts(squawk: Path, write: Write) -> None:
    """A change of type that writes nothing anew is a note; timeouts that the runner sets are none at all."""
    folder = write(
        v1=ORDERS,
        v2="alter table orders alter column code type text;",
        v3="-- nself:lock-timeout=0\nalter table orders add column paid boolean;",
    )
    assert lint(folder.parent, "2", "3") == {
        ("2_m.sql:1:38", "squawk-changing-column-type"): ("info", ["changing-column-type"]),
        ("3_m.sql:2:1", "missing-lock-timeout"): ("warning", ["require-lock-timeout"]),
    }


def test_the_projects_own_settings_count(squawk: Path, write: Write) -> None:
    """What `.squawk.toml` excludes is not said."""
    folder = write(v1=ORDERS)
    assert lint(folder.parent) != {}
    (folder.parent / ".squawk.toml").write_text('excluded_rules = ["prefer-text-field"]\n', encoding="utf-8")
    assert lint(folder.parent) == {}


def test_rows_and_commands_of_psql(squawk: Path, write: Write) -> None:
    """Rows to copy and psql's lines do not reach it, so that it sees the statements after them, at their places."""
    rows = "\ufeff\\restrict abc\ncopy t from stdin;\n1\ta;b'\n\\.\nalter table t rename column a to b;\n"
    folder = write(v1="create table t (id bigint, a text);", v2=rows)
    assert lint(folder.parent) == {("2_m.sql:5:1", "rename-column"): ("warning", ["renaming-column"])}


def test_places_count_characters(squawk: Path, write: Write) -> None:
    """squawk counts bytes."""
    folder = write(v1="/* ééé */ alter table t drop column a;")
    (said,) = [
        one for one in ask(read_migrations(folder), program=squawk, root=folder) if one.rule == "ban-drop-column"
    ]
    assert (said.place.line, said.place.column) == (1, 25)


def test_our_names_of_its_rules_are_its_own(squawk: Path) -> None:
    """Each rule that a hazard names is one that the program knows, be it by an earlier name."""

    def known(name: str) -> bool:
        argv = [str(squawk), "--exclude", name, "--reporter", "json", os.devnull]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0

    assert not known("no-such-rule")
    assert [name for hazard in hazards() for name in hazard.squawk if not known(name)] == []
