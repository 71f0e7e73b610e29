"""A service's name that only Docker's network knows: outside of it, the port that the container publishes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_nself.project.target import Target

_TIMEOUT_S = 10.0
_PUBLISHED = re.compile(r"^(?P<host>\[[0-9a-fA-F:]+\]|[0-9a-fA-F:.]+):(?P<port>\d+)$")


def reachable(target: Target, project_name: str, root: Path) -> Target:
    """The target itself, or where Docker publishes it when its host is a name that only Docker's network knows.

    Raises NoServer, with all that was tried, when the name means nothing and Docker publishes nothing.
    """
    host = target.dsn.host
    if not _is_bare(host) or "hostaddr" in target.dsn.options or _resolves(host):
        return target
    names = (f"{project_name}-{host}-1", f"{project_name}_{host}_1", f"{project_name}_{host}")
    found, tried = _published(names, target.dsn.port, root)
    if found is None:
        from pytest_nself.core.errors import NoServer

        raise NoServer(
            f"There is no host {host!r}.",
            f"{target.origin} names it, and this machine does not know it. If it is a service of Docker Compose: "
            f"{tried}",
            "start the containers, publish the port, correct PROJECT_NAME, or name a host that is known here",
        )
    container, address, port = found
    note = f"{host} is not known here; using the port that the container {container} publishes, {address}:{port}."
    return target._replace(
        dsn=target.dsn.replace(host=address, port=port),
        origin=f"{target.origin}, by the published port of the container {container}",
        notes=(*target.notes, note),
    )


def _is_bare(host: str) -> bool:
    """Whether it is a name without a domain, as Docker's services have: no address, no folder of a socket."""
    return re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", host) is not None and host.lower() != "localhost"


def _resolves(host: str) -> bool:
    import socket

    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True


def _published(names: tuple[str, ...], port: int, root: Path) -> tuple[tuple[str, str, int] | None, str]:
    """The first container that publishes the port, and where; or None. Then what was tried, in words."""
    from pytest_nself.core.errors import NselfError, ToolMissing
    from pytest_nself.execute.outside import run_command
    from pytest_nself.project.environment import environ

    environment = environ()
    said = []
    for name in names:
        try:
            done = run_command(["docker", "port", name, f"{port}/tcp"], cwd=root, env=environment, timeout_s=_TIMEOUT_S)
        except ToolMissing:
            return None, "there is no program docker to ask for a published port."
        except NselfError as error:
            return None, error.problem
        for line in done.stdout.splitlines():
            if found := _PUBLISHED.match(line.strip()):
                return (name, _address(found["host"], environment), int(found["port"])), ""
        answer = (done.stderr.strip().splitlines() or ["no port is published"])[-1]
        said.append(f"`docker port {name} {port}/tcp` says: {answer}")
    return None, "\n".join(said)


def _address(host: str, environment: Mapping[str, str]) -> str:
    """Where a published address is from here: all interfaces of the engine's machine are that machine."""
    from pytest_nself.server.container_engine import address, find_engine

    host = host.strip("[]")
    if host not in ("0.0.0.0", "::"):
        return host
    engine, _ = find_engine(environment, Path.home())
    here = address(engine, environment).host if engine is not None else "127.0.0.1"
    return "::1" if host == "::" and here == "127.0.0.1" else here
