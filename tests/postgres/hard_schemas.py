"""The schemas under tests/schemas, as they can be loaded into a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

_FOLDER = Path(__file__).parents[1] / "schemas"


@dataclass(frozen=True)
class HardSchema:
    """A file; `since` is the oldest PostgreSQL that takes it, `needs` are the extensions that it uses."""

    name: str
    text: str
    since: int
    needs: tuple[str, ...]

    def load(self, connection: psycopg.Connection[object]) -> None:
        """Make its tables; skips the test where the server cannot hold them."""
        if connection.info.server_version // 10000 < self.since:
            pytest.skip(f"needs PostgreSQL {self.since}")
        for name in self.needs:
            found = connection.execute("select from pg_available_extensions where name = %s", [name]).fetchone()
            if found is None:
                pytest.skip(f"needs the extension {name}")
            connection.execute(f"create extension {name}".encode())
        connection.execute(self.text.encode())


def _read(path: Path) -> HardSchema:
    text = path.read_text()
    since = re.search(r"^-- since: (\d+)$", text, re.MULTILINE)
    needs = tuple(re.findall(r"^-- needs: (\w+)$", text, re.MULTILINE))
    return HardSchema(path.stem, text, int(since[1]) if since else 15, needs)


def hard_schemas() -> list[HardSchema]:
    """All of them."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.sql"))]


def hard_schema(name: str) -> HardSchema:
    """One of them."""
    return _read(_FOLDER / f"{name}.sql")
