"""The reader of a page: a folder, a shell, and, where the page speaks of one, a server of the reader's own."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.names import quote_identifier, quote_literal
from pytest_nself.server.server import Server

from .pages import Page, matches

# What the run around this one set for its own tests, and what a developer may have set for himself.
FOREIGN = ("PG", "DATABASE_URL", "POSTGRES_", "NSELF_", "PYTEST_", "COV_", "DJANGO_")
INSTALL = re.compile(r"^(\S*/)?pip install\b")


@dataclass
class Reader:
    """Does what a page says, in a folder of its own."""

    root: Path
    data: Path
    replaced: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        """Write one file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.real(text), encoding="utf-8")

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run commands with bash, stopping at the first that fails; installing is what has happened already."""
        lines = [line for line in self.real(script).splitlines() if not INSTALL.match(line.strip())]
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
            cwd=self.root,
            env=self.environment(**{name: self.real(value) for name, value in variables.items()}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )

    def end_servers(self) -> None:
        """End what a page leaves when it fails halfway: warm servers, and servers with databases of failed tests."""
        self.run("nself db test-server stop")

    def follow(self, page: Page) -> None:
        """Do everything that the page says, in its order."""
        said = ""
        for fence in page.fences:
            place = f"{page.name}:{fence.line}"
            if fence.kind == "file":
                self.write(fence.path, fence.text)
            elif fence.kind == "run":
                result = self.run(fence.text)
                said = result.stdout
                if result.returncode != 0:
                    pytest.fail(f"{place}: exit code {result.returncode}\n{said}", pytrace=False)
            elif fence.kind == "output" and not matches(self.real(fence.text), said):
                pytest.fail(f"{place}: the page shows\n{fence.text}\nbut it is\n{said}", pytrace=False)

    def real(self, text: str) -> str:
        """The text with real addresses in place of the page's."""
        for shown, real in self.replaced.items():
            text = text.replace(shown, real)
        return text

    def environment(self, **variables: str) -> dict[str, str]:
        """The reader's environment: nothing is set for us, and the interpreter's programs come first."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
        ours = {"PATH": programs, "PYTHONDONTWRITEBYTECODE": "1", "NSELF_DATA_ROOT": str(self.data)}
        return {**kept, **ours, **variables}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader with an empty folder, whose servers have a folder of their own: a page may stop all that it finds."""
    root = tmp_path / "app"
    root.mkdir()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="nself-docs-", dir=memory if memory.is_dir() else None) as data:
        Path(data).chmod(0o711)  # the server's own user must pass
        reader = Reader(root, Path(data))
        yield reader
        reader.end_servers()


@dataclass(frozen=True)
class OwnServer:
    """A user who may create databases, and a database of his, on the server of the run."""

    server: Server
    name: str

    @property
    def dsn(self) -> Dsn:
        """How the user connects."""
        return self.server.dsn.replace(user=self.name, dbname=self.name, password="secret")

    def databases(self) -> list[str]:
        """Names of the databases that the user owns, but for the one he starts from."""
        with self.server.connect(self.server.dsn.dbname) as connection:
            rows = connection.execute(
                "select datname::text from pg_catalog.pg_database "
                "where pg_catalog.pg_get_userbyid(datdba) = %s and datname <> %s order by datname",
                [self.name, self.name],
            ).fetchall()
        return [name for (name,) in rows]


@pytest.fixture
def own_server(nself_server: Server) -> Iterator[OwnServer]:
    """A server as somebody runs it: a user without superuser rights who may create databases."""
    own = OwnServer(nself_server, f"docs_{secrets.token_hex(4)}")
    name = quote_identifier(own.name)
    with nself_server.connect(nself_server.dsn.dbname) as connection:
        connection.execute(f"create role {name} login createdb password {quote_literal('secret')}".encode())
        # Not from template1: others are connected to it, and a database with a guest cannot be copied.
        connection.execute(f"create database {name} owner {name} template nself_template".encode())
    yield own
    with nself_server.connect(nself_server.dsn.dbname) as connection:
        for database in (*own.databases(), own.name):
            connection.execute(f"drop database {quote_identifier(database)} with (force)".encode())
        connection.execute(f"drop role {name}".encode())
