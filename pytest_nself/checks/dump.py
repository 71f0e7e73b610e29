"""The schema of a database as SQL: pg_dump, which only reads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NselfError
from pytest_nself.execute.outside import Finished, run_command
from pytest_nself.migrations.statements import split
from pytest_nself.project.environment import environ
from pytest_nself.server.client_programs import Client

TIMEOUT_S = 600.0
_ARGUMENTS = (
    "--schema-only",
    "--encoding=UTF8",
    "--no-password",
    "--no-tablespaces",
    "--no-subscriptions",
    "--no-security-labels",
    "--lock-wait-timeout=10000",
)
_READ_ONLY = "-c default_transaction_read_only=on"


def dump_schema(client: Client, dsn: Dsn) -> str:
    """What `pg_dump --schema-only` prints. NselfError shows what it says when it fails."""
    done = _run(client, dsn, _READ_ONLY)
    if done.returncode != 0 and "unsupported startup parameter" in done.stderr:
        # A pool lets no options through; pg_dump's own transaction is read-only in any case.
        done = _run(client, dsn, "")
    if done.returncode != 0:
        raise NselfError(
            f"{dsn} could not be copied: {client} failed.",
            done.stderr.strip()[-2000:],
            "see what it says; the role must be able to read every table (grant pg_read_all_data to it)",
        )
    return done.stdout


def _run(client: Client, dsn: Dsn, options: str) -> Finished:
    said = {key: value for key, value in dsn.options.items() if key not in ("sslpassword", "options")}
    together = f"{dsn.options.get('options', '')} {options}".strip()
    address = Dsn(dsn.host, dsn.port, dsn.dbname, dsn.user, options=said | ({"options": together} if together else {}))
    env = {name: value for name, value in environ().items() if not name.startswith("PG")}
    env["LC_ALL"] = "C"
    if dsn.password:
        env["PGPASSWORD"] = dsn.password
    argv = [str(client.path), *_ARGUMENTS, f"--dbname={address.conninfo()}"]
    return run_command(argv, cwd=Path(tempfile.gettempdir()), env=env, timeout_s=TIMEOUT_S)


def statements_of(dump: str, known_settings: frozenset[str]) -> Iterator[str]:
    """The dump's statements, without those that a copy must not run.

    User mappings hold passwords of other servers, which nobody should reach from a copy. Settings that the copy's
    server does not know are those of a newer pg_dump.
    """
    for one in split(dump):
        if one.words[:3] == ("create", "user", "mapping"):
            continue
        if one.words[:1] == ("set",) and len(one.words) > 1 and one.words[1] not in known_settings:
            continue
        yield dump[one.start : one.end]
