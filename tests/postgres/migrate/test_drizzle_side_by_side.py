"""A drizzle project on the command line: what drizzle has applied counts, and ours is known to drizzle."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from .conftest import Cli, rows, tables

FILES = {"0000_first": "create table first (id int);", "0001_second": "create table second (id int);"}


@pytest.fixture
def drizzle(tmp_path: Path, cli: Cli) -> Path:
    """The project's only migrations are drizzle's."""
    folder = tmp_path / "drizzle"
    (folder / "meta").mkdir(parents=True)
    entries = []
    for number, (tag, text) in enumerate(FILES.items()):
        (folder / f"{tag}.sql").write_text(text)
        entries.append({"idx": number, "version": "7", "when": 1000 + number, "tag": tag, "breakpoints": True})
    journal = {"version": "7", "dialect": "postgresql", "entries": entries}
    (folder / "meta" / "_journal.json").write_text(json.dumps(journal))
    return folder


def _hash(tag: str) -> str:
    return sha256(FILES[tag].encode()).hexdigest()


def test_what_drizzle_applied_is_not_run_again(cli: Cli, drizzle: Path, look: psycopg.Connection[Any]) -> None:
    """Its row is enough: `status` shows it, `up` takes it over and applies the rest, telling drizzle."""
    look.execute("create schema drizzle; create table first (id int)")
    look.execute(
        "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)"
    )
    look.execute("insert into drizzle.__drizzle_migrations (hash, created_at) values (%s, 1000)", [_hash("0000_first")])
    where = ("--migration-dir", "drizzle")
    states = [one["state"] for one in cli.json("migrate", "status", *where)["data"]["migrations"]]
    assert states == ["applied", "pending"]
    code, out, err = cli("migrate", "up", *where)
    assert (code, out.splitlines()[-1:]) == (0, ["1 migration applied."]), err
    assert tables(look) == ["drizzle.__drizzle_migrations", "first", "second"]
    assert rows(look, "select version, name from hdb_catalog.schema_migrations order by 1") == [
        (0, "first"),
        (1, "second"),
    ]
    known = rows(look, "select hash, created_at from drizzle.__drizzle_migrations order by created_at")
    assert known == [(_hash("0000_first"), 1000), (_hash("0001_second"), 1001)]
    assert cli("migrate", "status", "--exit-code", *where)[0] == 0


def test_what_is_not_applied_drizzle_does_not_count(cli: Cli, drizzle: Path, look: psycopg.Connection[Any]) -> None:
    """A version that a person calls not applied, or a ledger that is rebuilt, takes drizzle's row along."""
    where = ("--migration-dir", "drizzle")
    assert cli("migrate", "up", *where)[0] == 0
    assert cli("migrate", "resolve", "--migration", "1", "--not-applied", *where)[0] == 0
    assert rows(look, "select created_at from drizzle.__drizzle_migrations") == [(1000,)]
    assert cli("migrate", "reset-state", "--confirm", "reset-state", *where)[0] == 0
    assert rows(look, "select created_at from drizzle.__drizzle_migrations") == []
