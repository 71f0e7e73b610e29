"""Where the container engine is looked for; no engine is needed."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_nself.server.container import ContainerProvider
from pytest_nself.server.container_engine import Address, Engine, address, find_engine

DEFAULT = Path("/var/run/docker.sock")


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    """A socket where rootless Docker has its own."""
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        yield path


def use_context(home: Path, name: str, host: str) -> None:
    folder = home / ".docker" / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))


def test_the_variable_wins_over_the_context_and_the_sockets(tmp_path: Path, listening: Path) -> None:
    """DOCKER_HOST is what the user said last."""
    use_context(tmp_path, "colima", "unix:///colima.sock")
    environ = {"DOCKER_HOST": "tcp://box:2375", "DOCKER_CONTEXT": "colima", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert find_engine(environ, tmp_path)[0] == Engine("tcp://box:2375", "DOCKER_HOST")


def test_the_properties_file_of_testcontainers_wins_over_all(tmp_path: Path) -> None:
    """testcontainers itself reads `tc.host` first; two opinions on the engine would be a trap."""
    (tmp_path / ".testcontainers.properties").write_text("# mine\ntc.host = tcp://cloud:2375\n")
    engine, _ = find_engine({"DOCKER_HOST": "tcp://box:2375"}, tmp_path)
    assert engine is not None
    assert engine.host == "tcp://cloud:2375"


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_docker_context_is_followed(tmp_path: Path, by_variable: bool) -> None:
    """`docker context use` and DOCKER_CONTEXT both choose the engine."""
    use_context(tmp_path, "colima", "unix:///colima.sock")
    if not by_variable:
        (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "colima"}')
    environ = {"DOCKER_CONTEXT": "colima"} if by_variable else {}
    assert find_engine(environ, tmp_path)[0] == Engine("unix:///colima.sock", "the docker context 'colima'")


@pytest.mark.parametrize(
    "content", ["", "no json", "[]", '{"currentContext": "gone"}', '{"currentContext": "default"}']
)
def test_a_context_that_says_nothing_is_passed_over(tmp_path: Path, listening: Path, content: str) -> None:
    """A broken or empty configuration of the docker program does not hide the sockets."""
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(content)
    engine, _ = find_engine({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)
    assert engine is not None
    assert engine.socket_path in (listening, DEFAULT)


@pytest.mark.skipif(DEFAULT.exists(), reason="this machine has an engine of its own")
def test_without_any_engine_all_places_are_named(tmp_path: Path) -> None:
    """The reason lists the sockets that were looked for, Podman's too."""
    reason = ContainerProvider({"XDG_RUNTIME_DIR": "/nowhere"}, home=tmp_path).cannot_serve()
    assert reason is not None
    assert reason.startswith("no container engine: DOCKER_HOST is not set and none of these sockets exists: ")
    for path in (DEFAULT, "/nowhere/docker.sock", tmp_path / ".docker/run/docker.sock", "/nowhere/podman/podman.sock"):
        assert str(path) in reason


@pytest.mark.parametrize(
    ("host", "environ", "expected"),
    [
        ("tcp://docker:2375", {}, Address("docker", "0.0.0.0")),
        ("ssh://me@box", {}, Address("box", "0.0.0.0")),
        ("tcp://localhost:2375", {}, Address("127.0.0.1", "127.0.0.1")),
        ("tcp://[::1]:2375", {}, Address("127.0.0.1", "127.0.0.1")),
        ("npipe:////./pipe/docker_engine", {}, Address("127.0.0.1", "127.0.0.1")),
        ("unix:///s", {"TESTCONTAINERS_HOST_OVERRIDE": "10.0.0.7"}, Address("10.0.0.7", "0.0.0.0")),
        ("tcp://docker:2375", {"TC_HOST": "localhost"}, Address("127.0.0.1", "127.0.0.1")),
    ],
)
def test_the_address_follows_from_the_engine(host: str, environ: dict[str, str], expected: Address) -> None:
    """An engine elsewhere is reached there; one of this machine publishes on the loopback interface only."""
    assert address(Engine(host, "DOCKER_HOST"), environ) == expected


@pytest.mark.parametrize(
    ("image", "major", "expected"),
    [
        ("postgres", None, "postgres:18"),
        ("postgres", 16, "postgres:16"),
        ("postgres:15-alpine", 16, "postgres:15-alpine"),
        ("registry:5000/postgres", 17, "registry:5000/postgres:17"),
        ("registry:5000/postgres:x", 17, "registry:5000/postgres:x"),
        ("postgres@sha256:abc", 17, "postgres@sha256:abc"),
    ],
)
def test_the_version_is_added_to_an_image_without_a_tag(image: str, major: int | None, expected: str) -> None:
    """A tag or digest that the user wrote is kept; the port of a registry is no tag."""
    assert ContainerProvider({}, image, major).image_name == expected
