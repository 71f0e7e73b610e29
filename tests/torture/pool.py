"""PgBouncer in transaction mode in front of a server; it ends with the block, or with this process."""

from __future__ import annotations

import grp
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pytest_nself.core.dsn import Dsn
from pytest_nself.server.server import connect

from .project import until
from .servers import free_port, is_root

LEASH = Path(__file__).with_name("leash.py")
# What a user needs for drivers that send these while they connect.
TOLERANT = "ignore_startup_parameters = extra_float_digits,options"


@contextmanager
def pool(dsn: Dsn, *lines: str, size: int) -> Iterator[Dsn]:
    """A pool of so many server connections for the database; the address of the pool. `lines` are settings."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    assert program, "apt-get install pgbouncer"
    port, user = free_port(), _user()
    with tempfile.TemporaryDirectory(prefix="nself-pool-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        config, users, log = folder / "pool.ini", folder / "users.txt", folder / "log"
        users.write_text(f'"{dsn.user}" "{dsn.password}"\n')
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": users,
            "pool_mode": "transaction",
            "default_pool_size": size,
            "max_client_conn": 300,
            "server_check_delay": 0,
            "server_login_retry": 1,
        }
        said = [f"[databases]\n* = host={dsn.host} port={dsn.port}", "[pgbouncer]"]
        said += [f"{key} = {value}" for key, value in settings.items()]
        config.write_text("\n".join([*said, *lines]) + "\n")
        log.touch()
        for path in (folder, config, users, log):
            if user:
                shutil.chown(path, user, user)
        with log.open("ab") as output:
            command = [sys.executable, "-I", "-S", str(LEASH), user, name, program, "-q", str(config)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
        through = dsn.replace(port=port)
        try:
            until(lambda: process.poll() is not None or _answers(through))
            assert process.poll() is None, log.read_text()
            yield through
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def _answers(dsn: Dsn) -> bool:
    try:
        connect(dsn, prepare_threshold=None).close()
    except psycopg.OperationalError:
        return False
    return True


def _user() -> str:
    """Whom PgBouncer, which refuses root, runs as; empty for ourselves."""
    if not is_root():
        return ""
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
            grp.getgrnam(name)
        except KeyError:
            continue
        return name
    pytest.fail("there is no user whom PgBouncer could run as")
