"""`nself db factories generate`: what it writes can be used at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from nself_cli.main import run
from pytest_nself import NselfFactory, creating
from pytest_nself.core.errors import FixtureError
from pytest_nself.data.factories.source import factories_source
from pytest_nself.data.shape.reading import read_shape
from pytest_nself.database.database import EphemeralDatabase

from .hard_schemas import HardSchema, hard_schema, hard_schemas

_ASK_FOR_A_CERTAIN_PARENT = {"GrantFactory"}
"""Single rows whose check asks something of a parent that is made for them: it must be given (a whole schema copes)."""
_REFUSED_BY_TRIGGERS = {"ClosedFactory", "SilentFactory"}


@pytest.fixture
def connection(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an empty database."""
    with scratch_database.connect() as connection:
        yield connection


@pytest.fixture
def project(tmp_path: Path, scratch_database: EphemeralDatabase, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose database has tables."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", scratch_database.dsn.url())
    with scratch_database.connect() as connection:
        hard_schema("tenants").load(connection)
        connection.commit()
    return tmp_path


def _classes(source: str) -> dict[str, type[NselfFactory]]:
    found: dict[str, Any] = {}
    exec(compile(source, "factories.py", "exec"), found)
    return {
        name: one
        for name, one in found.items()
        if isinstance(one, type) and issubclass(one, NselfFactory) and one is not NselfFactory
    }


@pytest.mark.parametrize("schema", hard_schemas(), ids=lambda one: one.name)
def test_every_table_of_the_hard_schemas_gets_rows(schema: HardSchema, connection: psycopg.Connection[Any]) -> None:
    """The factory of each table makes two rows, with all that they need; only what a trigger refuses is refused."""
    schema.load(connection)
    shape = read_shape(connection)
    classes = _classes(factories_source(shape, [table.ref for table in shape.roots]))
    assert len(classes) == len(list(shape.roots))
    with creating(connection, shape=shape):
        for name, factory in classes.items():
            if name in _ASK_FOR_A_CERTAIN_PARENT:
                with pytest.raises(FixtureError, match="_check lets through"):
                    factory.create()
            elif name not in _REFUSED_BY_TRIGGERS:
                assert factory.create() != factory.create(), name
    connection.execute("set constraints all immediate")


def test_it_is_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --out nothing is written; names that are no Python are quoted."""
    assert run(["db", "factories", "generate"]) == 0
    source = capsys.readouterr().out
    assert 'table = "\\"Order Line\\""' in source
    assert (
        source.index("class TenantFactory") < source.index("class BranchFactory") < source.index("class MemberFactory")
    )
    assert list(project.iterdir()) == [project / "pyproject.toml"]


def test_it_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the tables that are asked for; a file that was changed is not replaced by itself."""
    order = ["db", "factories", "generate", "--tables", "tenant,branch", "--out", "f.py"]
    assert run([*order, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["tables"] == ["public.tenant", "public.branch"]
    written = (project / "f.py").read_text()
    assert sorted(_classes(written)) == ["BranchFactory", "TenantFactory"]
    assert run(order) == 0
    (project / "f.py").write_text("mine = 1\n")
    assert run(order) == 3
    assert "say --yes" in capsys.readouterr().err
    assert (project / "f.py").read_text() == "mine = 1\n"
    assert run([*order, "--dry-run"]) == 0
    assert (project / "f.py").read_text() == "mine = 1\n"
    assert run([*order, "--yes"]) == 0
    assert (project / "f.py").read_text() == written


def test_an_unknown_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Did you mean …"""
    assert run(["db", "factories", "generate", "--tables", "tenent"]) != 0
    assert 'Did you mean "tenant"' in capsys.readouterr().err
