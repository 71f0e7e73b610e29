"""Which pg_dump is taken, and how it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_nself.checks.dump import dump_schema, statements_of
from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NselfError, ToolMissing
from pytest_nself.server import client_programs
from pytest_nself.server.client_programs import Client, find_client, is_local
from pytest_nself.server.installation import Installation


def program(folder: Path, text: str) -> Path:
    """A pg_dump of the test's own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pg_dump"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the clients 14, 16 and 17 in their folders, and with 15 and 18 in a wheel without TLS."""
    for major in ("14.9", "16.3", "17.0"):
        program(tmp_path / major.partition(".")[0] / "bin", f"echo 'pg_dump (PostgreSQL) {major} (Debian)'")
    wheel = tmp_path / "wheel"
    program(wheel, "echo 'pg_dump (PostgreSQL) 15.1'")
    monkeypatch.setattr(client_programs, "USUAL_FOLDERS", (f"{tmp_path}/1*/bin",))
    monkeypatch.setattr(client_programs, "find_embedded", lambda: Installation(wheel, "the wheel"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return tmp_path


@pytest.mark.parametrize(
    ("server", "host", "major"),
    [
        (160000, "db.example", 16),  # the same major
        (150000, "db.example", 16),  # else the next newer one
        (150000, "127.0.0.1", 15),  # the wheel's, for this machine
        (150000, "/var/run/postgresql", 15),
        (140000, "127.0.0.1", 14),
        (170004, "::1", 17),
    ],
)
def test_the_client_fits_the_server(machine: Path, server: int, host: str, major: int) -> None:
    """Of the server's major, else newer, never older; without TLS only on this machine."""
    assert find_client("pg_dump", server_version=server, host=host).major == major


def test_none_fits(machine: Path) -> None:
    """What was found is named, and what to install."""
    with pytest.raises(ToolMissing) as caught:
        find_client("pg_dump", server_version=180000, host="db.example")
    assert "pg_dump 14.9" in caught.value.cause
    assert "must not be older" in caught.value.cause
    assert "no TLS" in caught.value.cause
    assert "postgresql-client-18" in caught.value.remedy


def test_none_at_all(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was looked for is said."""
    monkeypatch.setattr(client_programs, "USUAL_FOLDERS", ())
    monkeypatch.setattr(client_programs, "find_embedded", lambda: "not installed")
    with pytest.raises(ToolMissing, match="on PATH"):
        find_client("pg_dump", server_version=150000, host="127.0.0.1")


def test_the_order_of_places(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting comes before PATH, PATH before the usual folders; wrappers and broken programs are not taken."""
    ours = program(machine / "ours", "echo 'pg_dump (PostgreSQL) 16.1'").parent
    on_path = program(machine / "path", "echo 'pg_dump (PostgreSQL) 16.2'").parent
    monkeypatch.setenv("PATH", f"{on_path}:/bin")
    assert find_client("pg_dump", server_version=160000, host="x", bin_setting=str(ours)).version == 160001
    assert find_client("pg_dump", server_version=160000, host="x").version == 160002
    program(machine / "path", "exit 1")
    assert find_client("pg_dump", server_version=160000, host="x").version == 160003
    (on_path / "pg_dump").rename(on_path / "pg_wrapper")
    (on_path / "pg_wrapper").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 16.2'\n")
    (on_path / "pg_dump").symlink_to("pg_wrapper")
    assert find_client("pg_dump", server_version=160000, host="x").version == 160003


def test_what_is_this_machine() -> None:
    """A socket, and the three ways to say this machine's own address."""
    assert [is_local(host) for host in ("/tmp", "localhost", "127.0.0.1", "::1")] == [True] * 4
    assert [is_local(host) for host in ("10.0.0.1", "db.example", "localhost.example")] == [False] * 3


def test_how_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password goes by the environment, never in the arguments; it may only read, and nobody's PG* is obeyed."""
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=1MB")
    monkeypatch.setenv("PGSERVICE", "another")
    path = program(tmp_path, 'for one in "$@"; do echo "$one"; done; env | grep ^PG')
    options = {"sslmode": "verify-full", "options": "-c search_path=a", "sslpassword": "deep"}
    dsn = Dsn("db.example", 5433, "a b'c", "clerk", "hush", options)
    lines = dump_schema(Client(path, 150000, "test"), dsn).splitlines()
    address = lines[-2]
    assert lines[-1] == "PGPASSWORD=hush"
    assert "hush" not in "".join(lines[:-1])
    assert "deep" not in "".join(lines)
    assert address.startswith(
        "--dbname=host='db.example' port='5433' dbname='a b\\'c' user='clerk' sslmode='verify-full'"
    )
    assert address.endswith("options='-c search_path=a -c default_transaction_read_only=on'")
    assert {"--schema-only", "--no-password", "--no-tablespaces", "--no-subscriptions"} <= set(lines)


def test_past_a_pool(tmp_path: Path) -> None:
    """A pool that takes no options is asked again without; any other failure is shown."""
    pool = 'case "$*" in *read_only*) echo "unsupported startup parameter: options" >&2; exit 1;; esac; echo fine'
    dsn = Dsn("db.example", 6432, "d", "u")
    assert dump_schema(Client(program(tmp_path, pool), 150000, "test"), dsn) == "fine\n"
    path = program(tmp_path, "echo 'permission denied for table t' >&2; exit 1")
    with pytest.raises(NselfError, match="permission denied for table t"):
        dump_schema(Client(path, 150000, "test"), dsn)


def test_what_of_a_dump_is_run() -> None:
    r"""Not psql's \restrict around it, settings of a newer server, and passwords for other servers."""
    dump = (
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n"
        "SET transaction_timeout = 0;\nSET statement_timeout = 0;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "CREATE USER MAPPING FOR u SERVER s OPTIONS (password 'hush');\n"
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ select '\n\\restrict abc\n' $$;\n\n\\unrestrict abc\n\n"
    )
    assert list(statements_of(dump, frozenset({"statement_timeout"}))) == [
        "SET statement_timeout = 0",
        "SELECT pg_catalog.set_config('search_path', '', false)",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ select '\n\\restrict abc\n' $$",
    ]
    assert list(statements_of("", frozenset())) == []
