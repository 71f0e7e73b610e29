"""The published port of a project's container, asked of a real Docker."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import docker
import pytest

from nself_cli.published import reachable
from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NoServer
from pytest_nself.project.target import Target

HOST = "nself-no-such-service"


@pytest.fixture
def name(docker_host: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a new project; commands ask the private engine about it."""
    monkeypatch.setenv("DOCKER_HOST", docker_host)
    return f"shop{secrets.token_hex(4)}"


def started(docker_host: str, container: str, **options: Any) -> Any:
    """A container of this name."""
    client = docker.DockerClient(base_url=docker_host)
    try:
        return client.containers.run(
            "postgres:15", ["sleep", "600"], entrypoint="", detach=True, name=container, **options
        )
    finally:
        client.close()


def test_a_real_docker_is_understood(docker_host: str, name: str, tmp_path: Path) -> None:
    """What `docker port` says of a missing container, of one without a published port, and of a published one."""
    target = Target("dev", Dsn(HOST, 5432, "shop", "clerk"), "POSTGRES_* in .env")
    with pytest.raises(NoServer, match=rf"No such container: {name}-{HOST}-1"):
        reachable(target, name, tmp_path)
    silent = started(docker_host, f"{name}_{HOST}_1")
    try:
        with pytest.raises(NoServer, match=f"docker port {name}_{HOST}_1 5432/tcp` says: Error: No public port"):
            reachable(target, name, tmp_path)
    finally:
        silent.remove(force=True, v=True)
    serving = started(docker_host, f"{name}-{HOST}-1", ports={"5432/tcp": None})
    try:
        serving.reload()
        port = int(serving.ports["5432/tcp"][0]["HostPort"])
        found = reachable(target, name, tmp_path)
        assert (found.dsn.host, found.dsn.port) == ("127.0.0.1", port)
    finally:
        serving.remove(force=True, v=True)
