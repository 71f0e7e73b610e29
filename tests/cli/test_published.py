"""POSTGRES_HOST=postgres outside of Docker: the published port of the project's container."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nself_cli.main import run
from nself_cli.published import reachable
from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NoServer
from pytest_nself.project.target import Target

# A name that no network knows: this test must not depend on the machine's own names.
HOST = "nself-no-such-service"


@pytest.fixture
def docker(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `docker` that answers `docker port NAME PORT/tcp` from files, in the words of the real one."""
    folder = project / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(
        f"""#!/bin/sh
echo "$@" >> {project}/asked
[ "$1" = port ] || exit 64
if [ -f "{project}/ports-$2" ]; then cat "{project}/ports-$2"; exit 0; fi
if [ -f "{project}/stopped-$2" ]; then
    echo "Error: No public port '$3' published for $2" >&2; exit 1
fi
echo "Error response from daemon: No such container: $2" >&2; exit 1
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin:/bin")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("TC_HOST", "127.0.0.1")  # wherever the tests themselves run
    return project


def target(host: str = HOST, port: int = 5432) -> Target:
    """A database whose address names that host."""
    return Target("dev", Dsn(host, port, "shop", "clerk", "hush"), "POSTGRES_* in .env", ("first",))


@pytest.mark.parametrize("container", [f"shop-{HOST}-1", f"shop_{HOST}_1", f"shop_{HOST}"])
@pytest.mark.parametrize(
    ("answer", "address", "port"),
    [
        ("0.0.0.0:5433\n[::]:5433\n", "127.0.0.1", 5433),
        ("127.0.0.1:15432\n", "127.0.0.1", 15432),
        ("[::]:6000\n", "::1", 6000),
        (":::6001\n", "::1", 6001),
        ("\n0.0.0.0:5433\r\n", "127.0.0.1", 5433),
        ("192.168.7.7:5432\n", "192.168.7.7", 5432),
    ],
)
def test_the_published_port(docker: Path, container: str, answer: str, address: str, port: int) -> None:
    """Whatever release of Compose named the container: its port is used, and it is said."""
    (docker / f"ports-{container}").write_text(answer)
    found = reachable(target(), "shop", docker)
    assert (found.dsn.host, found.dsn.port) == (address, port)
    assert (found.dsn.user, found.dsn.password, found.dsn.dbname) == ("clerk", "hush", "shop")
    assert found.origin == f"POSTGRES_* in .env, by the published port of the container {container}"
    assert found.notes[0] == "first"
    assert f"{container} publishes, {address}:{port}" in found.notes[1]


def test_an_engine_on_another_machine(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a remote engine publishes on all its interfaces is reached at the engine's machine."""
    (docker / f"ports-shop-{HOST}-1").write_text("0.0.0.0:5433\n")
    monkeypatch.delenv("TC_HOST")
    monkeypatch.setenv("DOCKER_HOST", "ssh://me@box.example")
    assert reachable(target(), "shop", docker).dsn.host == "box.example"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "/var/run/postgresql", "db.example.invalid"])
def test_other_hosts_are_left_alone(docker: Path, host: str) -> None:
    """An address, a socket, a name with a domain: nothing is looked up and docker is not asked."""
    assert reachable(target(host), "shop", docker) == target(host)
    assert not (docker / "asked").exists()


def test_a_name_that_is_known_is_left_alone(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside Docker's network the service's name leads to the service."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: [()])
    assert reachable(target("postgres"), "shop", docker) == target("postgres")
    assert not (docker / "asked").exists()


def test_nothing_published(docker: Path) -> None:
    """The error says what was asked, and what Docker said."""
    (docker / f"stopped-shop_{HOST}_1").touch()
    with pytest.raises(NoServer) as caught:
        reachable(target(), "shop", docker)
    assert f"docker port shop-{HOST}-1 5432/tcp` says: Error response from daemon: No such" in caught.value.cause
    assert f"docker port shop_{HOST}_1 5432/tcp` says: Error: No public port" in caught.value.cause
    assert "hush" not in str(caught.value)
    assert len((docker / "asked").read_text().splitlines()) == 3


def test_no_docker(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program that is said."""
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(NoServer, match="no program docker"):
        reachable(target(), "shop", project)


def test_on_the_command_line(docker: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """PROJECT_NAME of the env file names the container; where it leads is said on stderr; not found is exit 4."""
    (docker / ".env").write_text(f"POSTGRES_HOST={HOST}\nPOSTGRES_DB=shop\nPROJECT_NAME=myproject\n")
    (docker / "migrations").mkdir()
    (docker / "migrations" / "1_a.sql").write_text("select 1;")
    assert run(["db", "migrate", "status"]) == 4
    assert f"There is no host '{HOST}'" in capsys.readouterr().err
    (docker / f"ports-myproject-{HOST}-1").write_text("127.0.0.1:1\n")
    assert run(["db", "migrate", "status"]) == 4  # nobody listens there
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Note: {HOST} is not known here; using the port that the container myproject-{HOST}-1 publishes" in err
    assert "127.0.0.1:1/shop cannot be reached" in err
