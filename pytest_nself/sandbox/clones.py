"""A clone of the template, with what `create database` forgets: settings and grants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from pytest_nself.core.names import quote_identifier, quote_literal
from pytest_nself.server.server import Server

if TYPE_CHECKING:
    import psycopg


class Source(Protocol):
    """What a clone is made from, and for whom."""

    @property
    def name(self) -> str: ...
    @property
    def owner_role(self) -> str | None: ...
    @property
    def role(self) -> str | None: ...
    @property
    def stamp(self) -> str: ...
    @property
    def lock_timeout_s(self) -> float: ...


def clone(
    server: Server,
    template: Source,
    facts: Mapping[str, Any],
    connection: psycopg.Connection[Any],
    name: str,
    *,
    read_only: bool = False,
    as_owner: bool = False,
) -> None:
    """Make the database `name`; `connection` is a superuser's, to another database than the template.

    `read_only` sets default_transaction_read_only on it. On a server that somebody runs, its connections act as the
    tests' role, or `as_owner`.
    """
    quoted = quote_identifier(name)
    owner = f" owner {quote_identifier(template.owner_role)}" if template.owner_role else ""
    create = f"create database {quoted} template {quote_identifier(template.name)}{owner} strategy file_copy"
    connection.execute(create.encode())
    connection.execute(";\n".join(_afterwards(server, template, facts, quoted, read_only, as_owner)).encode())


def _afterwards(
    server: Server, template: Source, facts: Mapping[str, Any], quoted: str, read_only: bool, as_owner: bool
) -> list[str]:
    sql = [f"alter database {quoted} set lock_timeout = {quote_literal(f'{round(template.lock_timeout_s * 1000)}ms')}"]
    if read_only:
        sql.append(f"alter database {quoted} set default_transaction_read_only = on")
    for role, setting in facts.get("database_settings", ()):
        name, _, value = setting.partition("=")
        who = f"alter role {quote_identifier(role)} in database {quoted}" if role else f"alter database {quoted}"
        sql.append(f"{who} set {name} = {setting_value(name, value)}")
    acl = facts.get("database_acl", ())
    if acl:
        sql.append(f"revoke all on database {quoted} from public")
    for role, privilege, grantable in acl:
        to = "public" if role == "public" else quote_identifier(role)
        option = " with grant option" if grantable else ""
        sql.append(f"grant {privilege} on database {quoted} to {to}{option}")
    if template.stamp:
        sql.append(f"comment on database {quoted} is {quote_literal(template.stamp)}")
    if not server.ours:
        role = template.owner_role if as_owner else template.role
        if role:
            sql.append(f"alter database {quoted} set role = {quote_literal(role)}")
    return sql


# Settings whose value is a list of names, each quoted by the server already.
_LISTS = {"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries", "datestyle"}


def setting_value(name: str, value: str) -> str:
    """A setting's value as it stands behind `=` in SQL."""
    return value if name.lower() in _LISTS and value else quote_literal(value)
