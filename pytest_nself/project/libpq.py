"""What libpq knows: its options, its variables, and what it would complete an address with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_nself.core.errors import ConfigError

# Source: PostgreSQL's documentation, "Parameter Key Words" and "Environment Variables" of libpq.
VARIABLES: Mapping[str, str] = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "require_auth": "PGREQUIREAUTH",
    "channel_binding": "PGCHANNELBINDING",
    "service": "PGSERVICE",
    "options": "PGOPTIONS",
    "application_name": "PGAPPNAME",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "sslcompression": "PGSSLCOMPRESSION",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcertmode": "PGSSLCERTMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "sslcrldir": "PGSSLCRLDIR",
    "sslsni": "PGSSLSNI",
    "requirepeer": "PGREQUIREPEER",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "min_protocol_version": "PGMINPROTOCOLVERSION",
    "max_protocol_version": "PGMAXPROTOCOLVERSION",
    "gssencmode": "PGGSSENCMODE",
    "gsslib": "PGGSSLIB",
    "gssdelegation": "PGGSSDELEGATION",
    "krbsrvname": "PGKRBSRVNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "client_encoding": "PGCLIENTENCODING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "load_balance_hosts": "PGLOADBALANCEHOSTS",
}
OPTIONS = frozenset(VARIABLES) | {
    "fallback_application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "replication",
    "sslpassword",
    "sslkeylogfile",
    "scram_client_key",
    "scram_server_key",
    "oauth_issuer",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_scope",
}
SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SOCKET_FOLDERS = ("/var/run/postgresql", "/tmp")


def known_options(options: Mapping[str, str], origin: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The options of an address that libpq knows, and a note on those that it does not (`schema`, `pgbouncer` …).

    Raises ConfigError for a slip (`sslmod=require` must not be dropped) and for an sslmode that there is not.
    """
    known = {name: value for name, value in options.items() if name in OPTIONS}
    if options.get("ssl", "").lower() == "true":  # JDBC's word; libpq's own reading of URLs does the same
        known.setdefault("sslmode", "require")
    dropped = [name for name in options if name not in OPTIONS and name != "ssl"]
    for name in dropped:
        from difflib import get_close_matches

        if near := get_close_matches(name, OPTIONS, n=1, cutoff=0.85):
            raise ConfigError(
                f"{origin} has an option {name} that PostgreSQL does not know.", "", f"you may have meant {near[0]}"
            )
    if known.get("sslmode", "prefer") not in SSLMODES:
        raise ConfigError(
            f"sslmode cannot be {known['sslmode']!r}.", f"It comes from {origin}.", f"use {' or '.join(SSLMODES)}"
        )
    if "ssl" in options and "sslmode" not in known:
        dropped.append("ssl")
    note = f"{origin}: {', '.join(dropped)} means nothing to PostgreSQL and is not sent."
    return known, (note,) if dropped else ()


def parse_conninfo(text: str, origin: str) -> dict[str, str]:
    """The parts of `host=… dbname=…`, or of a URL as libpq reads it. ConfigError does not repeat the text."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {name: str(value) for name, value in conninfo_to_dict(text).items() if value is not None}
    except ProgrammingError:
        raise ConfigError(
            f"{origin} is no connection string.",
            "It must look like host=localhost port=5432 dbname=app user=me. The text given is not shown: it may hold "
            "a password.",
            "correct it; put single quotes around a value with blanks",
        ) from None


def completed(found: Mapping[str, str], origin: str) -> dict[str, str]:
    """The parts as libpq completes them: from the service that they name, the system's user name, a local socket."""
    parts = dict(found)
    if service := parts.pop("service", ""):
        parts = {**_of_service(service, origin), **parts}
    if "user" not in parts and (user := _defaults().get("user")):
        parts["user"] = user
    if "host" not in parts and "hostaddr" not in parts:
        sockets = (folder for folder in _SOCKET_FOLDERS if _has_socket(folder, parts.get("port", "5432")))
        parts["host"] = next(sockets, "localhost")
    return parts


def _has_socket(folder: str, port: str) -> bool:
    return Path(folder, f".s.PGSQL.{port}").exists()


def _of_service(name: str, origin: str) -> dict[str, str]:
    """What the service file says of a service: libpq finds and reads the file."""
    without, before = _defaults(without=["PGSERVICE"]), os.environ.get("PGSERVICE")
    os.environ["PGSERVICE"] = name
    try:
        told = _defaults()
    finally:
        if before is None:
            del os.environ["PGSERVICE"]
        else:
            os.environ["PGSERVICE"] = before
    of_service = {part: value for part, value in told.items() if without.get(part) != value and part != "service"}
    if not of_service:
        raise ConfigError(
            f"There is no service {name!r}.",
            f"{origin} names it; looked in PGSERVICEFILE, ~/.pg_service.conf and the system's pg_service.conf.",
            "add it to one of them, or name the database by DATABASE_URL",
        )
    return of_service


def _defaults(without: Iterable[str] = ()) -> dict[str, str]:
    from psycopg import pq

    before: dict[str, Any] = {name: os.environ.pop(name, None) for name in without}
    try:
        options = pq.Conninfo.get_defaults()
    finally:
        os.environ.update({name: value for name, value in before.items() if value is not None})
    return {option.keyword.decode(): option.val.decode() for option in options if option.val is not None}
