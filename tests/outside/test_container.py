"""The provider `container` on a real Docker engine, with an image that keeps the official one's contract."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import psycopg
import pytest
from testcontainers.core.config import testcontainers_config

from pytest_nself.core.errors import MigrationError, ServerFailed
from pytest_nself.server import container_engine
from pytest_nself.server.container import ContainerProvider
from pytest_nself.server.container_engine import RUN_LABEL, Address
from pytest_nself.server.server import Blueprint, Server, Wanted

ROOT = Path(__file__).parents[2]
IMAGE = "postgres:15"


@pytest.fixture(scope="module")
def client(docker_host: str) -> Iterator[Any]:
    client = docker.DockerClient(base_url=docker_host)
    yield client
    client.close()


@pytest.fixture(scope="module")
def provider(docker_host: str, tmp_path_factory: pytest.TempPathFactory) -> ContainerProvider:
    return ContainerProvider({"DOCKER_HOST": docker_host}, IMAGE, home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def want(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Wanted]]:
    """Makes the request of a new run. Its port stays reserved by a bound socket, as in a real run."""
    reserved = []

    def make(timeout_s: float = 60.0, **settings: str) -> Wanted:
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        reserved.append(holder)
        run_id, port = secrets.token_hex(8), holder.getsockname()[1]
        folder = tmp_path_factory.mktemp("run")
        # A password that needs quoting everywhere it is passed on.
        return Wanted(run_id, folder, port, "p'a s$s\"w\\ö/@", settings, start_timeout_s=timeout_s)

    yield make
    for holder in reserved:
        holder.close()


@pytest.fixture(scope="module")
def server(provider: ContainerProvider, want: Callable[..., Wanted]) -> Iterator[Server]:
    server = start(provider, want(work_mem="7MB"))
    yield server
    provider.stop(server)


@pytest.fixture
def sleeper(client: Any) -> Iterator[Callable[[str], Any]]:
    """Starts a container that carries a run's label and an anonymous volume, but no server."""
    started = []

    def start(run_id: str) -> Any:
        container = client.containers.run(IMAGE, ["sleep", "600"], detach=True, labels={RUN_LABEL: run_id})
        started.append(container)
        return container

    yield start
    for container in started:
        try:
            container.remove(force=True, v=True)
        except docker.errors.NotFound:
            pass


def quiet(kind: str, **thing: Any) -> None:
    """For a run without a watchdog."""


def start(provider: ContainerProvider, wanted: Wanted) -> Server:
    return provider.start(wanted, quiet).server


def ids(client: Any) -> set[str]:
    return {container.id for container in client.containers.list(all=True)}


def of_run(client: Any, run_id: str) -> list[Any]:
    return list(client.containers.list(all=True, filters={"label": f"{RUN_LABEL}={run_id}"}))


def inspect(client: Any, server: Server) -> dict[str, Any]:
    return dict(client.api.inspect_container(server.container))


def setting(server: Server, name: str) -> str:
    with server.connect("postgres") as connection:
        row = connection.execute("select pg_catalog.current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def three_lines(error: ServerFailed) -> str:
    assert error.problem
    assert error.cause
    assert error.remedy
    return str(error)


def test_a_started_server_answers_a_query(server: Server) -> None:
    """`start` returns when the server answers over TCP, with the version the server itself reports."""
    assert server.provider == "container"
    assert server.version // 10000 == 15
    assert int(setting(server, "server_version_num")) == server.version


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("jit", "off"),
        ("autovacuum", "off"),
        ("dynamic_shared_memory_type", "mmap"),
        ("wal_segment_size", "1MB"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C.UTF-8"),
        ("work_mem", "7MB"),
    ],
)
def test_settings_are_those_of_an_ephemeral_server(server: Server, name: str, value: str) -> None:
    """Our settings hold in the container, and the user's come over them."""
    assert setting(server, name) == value


def test_the_data_folder_is_in_memory(client: Any, server: Server) -> None:
    """The data folder is a tmpfs and the engine made no volume for it."""
    container = client.containers.get(server.container)
    code, output = container.exec_run(["stat", "-f", "-c", "%T", "/var/lib/postgresql/data"])
    assert (code, output.strip()) == (0, b"tmpfs")
    assert [mount for mount in container.attrs["Mounts"] if mount["Type"] == "volume"] == []


def test_the_data_folder_of_newer_images_is_in_memory(
    client: Any, provider: ContainerProvider, want: Callable[..., Wanted]
) -> None:
    """From major 18 the official image has its data folder two levels below the volume: the volume is the tmpfs."""
    nested = ContainerProvider(provider.environ, f"{IMAGE}-nested", home=provider.home)
    server = start(nested, want())
    try:
        container = client.containers.get(server.container)
        assert list(container.attrs["HostConfig"]["Tmpfs"]) == ["/var/lib/postgresql"]
        assert setting(server, "data_directory") == "/var/lib/postgresql/15/docker"
        assert [mount for mount in container.attrs["Mounts"] if mount["Type"] == "volume"] == []
    finally:
        nested.stop(server)


def test_the_port_is_the_reserved_one_on_loopback_only(client: Any, server: Server) -> None:
    """No other machine can reach the server, and the reserved port needs not be let go before the start."""
    published = inspect(client, server)["NetworkSettings"]["Ports"]["5432/tcp"]
    assert published == [{"HostIp": "127.0.0.1", "HostPort": str(server.dsn.port)}]


def test_the_password_is_needed(server: Server) -> None:
    """Somebody else on this machine who finds the port does not get in."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.dsn.replace(password="wrong").conninfo())


def test_the_log_of_a_time_can_be_read(provider: ContainerProvider, server: Server) -> None:
    """`log_since` gives what the server wrote from then on, and not what it wrote before."""
    first, second = f"first_{secrets.token_hex(4)}", f"second_{secrets.token_hex(4)}"
    for name in (first, second):
        since = time.time()
        with server.connect("postgres") as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute(f"select * from {name}")
        # A line's time is that at which it arrives, which is a moment after it was written.
        deadline = time.monotonic() + 5
        while name not in (log := provider.log_since(server, since)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert name in log
    assert first not in log


def test_stop_removes_the_container_and_its_volumes(
    client: Any, provider: ContainerProvider, want: Callable[..., Wanted]
) -> None:
    """After `stop` neither the container nor a volume is there; a second `stop` is fine."""
    volumes = {volume.id for volume in client.volumes.list()}
    wanted = want()
    server = start(provider, wanted)
    assert [container.id for container in of_run(client, wanted.run_id)] == [server.container]
    provider.stop(server)
    provider.stop(server)
    assert of_run(client, wanted.run_id) == []
    assert {volume.id for volume in client.volumes.list()} <= volumes


def test_the_watchdogs_command_removes_a_run_and_nothing_else(
    client: Any, docker_host: str, sleeper: Callable[[str], Any]
) -> None:
    """A bare Python without our package removes a run's containers with their volumes and leaves other runs alone."""
    mine, other = secrets.token_hex(8), secrets.token_hex(8)
    doomed, kept = [sleeper(mine), sleeper(mine)], sleeper(other)
    volumes = {mount["Name"] for container in doomed for mount in container.attrs["Mounts"]}
    assert len(volumes) == 2
    argv = container_engine.remove_command(docker_host, mine, {})
    assert argv[:3] == [sys.executable, "-I", "-S"]
    subprocess.run(argv, check=True, cwd="/", env={})
    assert of_run(client, mine) == []
    assert volumes.isdisjoint(volume.id for volume in client.volumes.list())
    assert kept.id in ids(client)


def test_a_container_that_is_just_being_made_is_removed_too(
    client: Any, docker_host: str, sleeper: Callable[[str], Any]
) -> None:
    """The engine may finish a request of an owner that was killed; the removal looks twice."""
    run_id = secrets.token_hex(8)
    late = threading.Timer(0.2, client.containers.create, [IMAGE], {"labels": {RUN_LABEL: run_id}})
    late.start()
    assert container_engine.remove_run(docker_host, run_id, settle_s=0.8) == 1
    late.join()
    assert of_run(client, run_id) == []


def test_a_run_without_containers_is_removed_quietly(docker_host: str) -> None:
    """The watchdog need not know whether a container was ever started."""
    assert container_engine.remove_run(docker_host, secrets.token_hex(8), settle_s=0.0) == 0


def test_all_our_runs_are_listed(docker_host: str, sleeper: Callable[[str], Any]) -> None:
    """Containers of dead owners are found by the label, whoever started them."""
    run_id = secrets.token_hex(8)
    container = sleeper(run_id)
    assert container_engine.containers_of(docker_host)[container.id] == run_id
    assert container_engine.containers_of(docker_host, run_id) == {container.id: run_id}


def test_an_engine_behind_plain_tcp_serves(
    provider: ContainerProvider, docker_host: str, want: Callable[..., Wanted]
) -> None:
    """DOCKER_HOST may name a TCP address; start, stop and removal work over it."""
    with forwarded(docker_host) as port:
        there = ContainerProvider({"DOCKER_HOST": f"tcp://127.0.0.1:{port}"}, IMAGE, home=provider.home)
        wanted = want()
        server = start(there, wanted)
        assert setting(server, "fsync") == "off"
        assert container_engine.remove_run(there.engine().host, wanted.run_id) == 1
        there.stop(server)


def test_an_engine_behind_tls_serves(
    provider: ContainerProvider, docker_host: str, want: Callable[..., Wanted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TLS, as in a job with a Docker service: the library starts the server, the program docker removes it."""
    folder = Path(docker_host.removeprefix("unix://")).parent / "tls"
    environ = {"DOCKER_HOST": (folder / "host").read_text(encoding="utf-8")}
    environ |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}
    for name in ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.setenv(name, environ[name])
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)  # the library would check the engine against them
    there, wanted, noted = ContainerProvider(environ, IMAGE, home=provider.home), want(), []
    began = time.time()
    server = there.start(wanted, lambda kind, **thing: noted.append(thing)).server
    assert setting(server, "fsync") == "off"
    assert "ready to accept connections" in there.log_since(server, began - 1)
    subprocess.run(noted[0]["command"], check=True, env={})  # a watchdog's environment is empty
    there.stop(server)
    assert container_engine.containers_of(docker_host, wanted.run_id) == {}


def test_an_early_end_shows_the_log(client: Any, provider: ContainerProvider, want: Callable[..., Wanted]) -> None:
    """A setting that the server refuses is told with the server's own words, and nothing is left."""
    wanted = want(shared_buffers="much")
    with pytest.raises(ServerFailed) as caught:
        start(provider, wanted)
    told = three_lines(caught.value)
    assert "exit code 1" in told
    assert 'invalid value for parameter "shared_buffers": "much"' in told
    assert of_run(client, wanted.run_id) == []


def test_a_late_server_shows_the_log(client: Any, provider: ContainerProvider, want: Callable[..., Wanted]) -> None:
    """When the time is up, the container's log is shown, the password is not, and nothing is left."""
    wanted = want(timeout_s=0.0)
    with pytest.raises(ServerFailed) as caught:
        start(provider, wanted)
    told = three_lines(caught.value)
    assert "did not answer within 0 s" in told
    assert "log" in told
    assert wanted.password not in told
    assert of_run(client, wanted.run_id) == []


def test_a_failing_blueprint_leaves_no_container(
    client: Any, provider: ContainerProvider, want: Callable[..., Wanted]
) -> None:
    """What the blueprint raises comes through unchanged, and the container it was built in is gone."""
    wanted, seen = want(), []

    def build(server: Server) -> dict[str, Any]:
        seen.append(setting(server, "fsync"))
        raise MigrationError("broken")

    with pytest.raises(MigrationError, match="broken"):
        provider.start(wanted, quiet, Blueprint("x", build))
    assert seen == ["off"]
    assert of_run(client, wanted.run_id) == []


def test_a_blueprint_is_built_and_its_facts_are_kept(
    client: Any, provider: ContainerProvider, want: Callable[..., Wanted]
) -> None:
    """The run gets the facts that the build returned; the container was noted down before it was made."""
    wanted, noted = want(), []

    def note(kind: str, **thing: Any) -> None:
        noted.append((kind, thing, of_run(client, wanted.run_id)))

    started = provider.start(
        wanted, note, Blueprint("x", lambda server: {"encoding": setting(server, "server_encoding")})
    )
    assert started.facts == {"encoding": "UTF8"}
    ((kind, thing, containers),) = noted
    assert (kind, containers) == ("container", [])
    subprocess.run(thing["command"], check=True, input=json.dumps(thing), text=True)
    assert of_run(client, wanted.run_id) == []


KILLED_RUN = """
import sys, pathlib
from pytest_nself.server.container import ContainerProvider
from pytest_nself.server.runfolder import RunFolder
from pytest_nself.server.server import Wanted

host, image, folder, port = sys.argv[1:]
run = RunFolder(pathlib.Path(folder))
run.open()
run.start_watchdog()
wanted = Wanted(run.path.name, run.path, int(port), "secret", {})
ContainerProvider({"DOCKER_HOST": host}, image).start(wanted, run.note)
print("up", flush=True)
sys.stdin.read()
"""


def test_a_killed_run_leaves_no_container(client: Any, docker_host: str, tmp_path: Path) -> None:
    """After SIGKILL of the process that started the server, the watchdog removes the container and the folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run_id = secrets.token_hex(8)
    folder = tmp_path / "runs" / run_id
    argv = [sys.executable, "-c", KILLED_RUN, docker_host, IMAGE, str(folder), str(port)]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        assert len(of_run(client, run_id)) == 1
        process.kill()
    deadline = time.monotonic() + 10
    while (folder.exists() or of_run(client, run_id)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert of_run(client, run_id) == []
    assert not folder.exists()


def test_a_taken_port_is_named(client: Any, provider: ContainerProvider, want: Callable[..., Wanted]) -> None:
    """A port on which somebody listens is told as that, and nothing is left."""
    wanted = want()
    with socket.create_server(("127.0.0.1", wanted.port)):
        with pytest.raises(ServerFailed) as caught:
            start(provider, wanted)
    assert f"Port {wanted.port} on 127.0.0.1 is taken." in three_lines(caught.value)
    assert of_run(client, wanted.run_id) == []


def test_a_missing_image_is_named(provider: ContainerProvider, want: Callable[..., Wanted]) -> None:
    """An image that is neither there nor in its registry is told with its full name."""
    absent = ContainerProvider(provider.environ, "127.0.0.1:1/absent", 16, provider.home)
    with pytest.raises(ServerFailed) as caught:
        start(absent, want())
    assert "The image 127.0.0.1:1/absent:16 is not on the container engine" in three_lines(caught.value)


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:1", "unix:///no/such/engine.sock"])
def test_an_engine_that_does_not_answer_is_named(tmp_path: Path, want: Callable[..., Wanted], host: str) -> None:
    """The error names the address that was tried and the variable it came from."""
    provider = ContainerProvider({"DOCKER_HOST": host}, IMAGE, home=tmp_path)
    with pytest.raises(ServerFailed) as caught:
        start(provider, want())
    assert f"Cannot reach the container engine at {host} (from DOCKER_HOST)." in three_lines(caught.value)


def test_what_can_be_seen_without_a_connection_is_told_first(tmp_path: Path) -> None:
    """`cannot_serve` names the variable and the path that is no socket; an address is left to the start."""
    no_socket = ContainerProvider({"DOCKER_HOST": f"unix://{tmp_path}/s"}, home=tmp_path).cannot_serve()
    assert no_socket == f"DOCKER_HOST names {tmp_path}/s, which is no socket"
    assert ContainerProvider({"DOCKER_HOST": "tcp://127.0.0.1:1"}, home=tmp_path).cannot_serve() is None


def test_the_question_is_cheap(docker_host: str) -> None:
    """Whether a container can be had is asked at every start of pytest: nothing heavy is imported for it."""
    code = (
        "import sys; from pytest_nself.server.container import ContainerProvider as P; "
        f"print(P({{'DOCKER_HOST': {docker_host!r}}}).cannot_serve(), "
        "*{'docker', 'testcontainers', 'psycopg'} & sys.modules.keys())"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert told.split() == ["None"]


def test_testcontainers_own_reaper_is_left_to_the_user(
    provider: ContainerProvider, want: Callable[..., Wanted], docker_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Configured, the reaper is asked for (here its image cannot be had, and that is told); else it is not."""
    environ = {"DOCKER_HOST": docker_host, "TESTCONTAINERS_RYUK_DISABLED": "false"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(testcontainers_config, "ryuk_image", "127.0.0.1:1/reaper:0")
    with pytest.raises(ServerFailed) as caught:
        start(ContainerProvider(environ, IMAGE, home=provider.home), want())
    told = three_lines(caught.value)
    assert "127.0.0.1:1" in told
    assert "TESTCONTAINERS_RYUK_DISABLED=true" in told


def test_tests_in_a_container_reach_the_server_on_the_gateway(client: Any, docker_host: str) -> None:
    """With the engine outside of the tests' own container, the server is reached on the container's gateway."""
    code = (
        "import pathlib, secrets; from pytest_nself.server.container import ContainerProvider as P; "
        "from pytest_nself.server.server import Wanted as W; "
        f"p = P({{'DOCKER_HOST': 'unix:///engine.sock'}}, {IMAGE!r}); "
        "w = W(secrets.token_hex(8), pathlib.Path('/tmp'), 5999, 'secret', {}); "
        "s = p.start(w, lambda kind, **thing: None).server; "
        "print(p.address(), s.version, s.connect('postgres').execute('show fsync').fetchone()); p.stop(s)"
    )
    folders = ["/usr", "/etc/ssl", str(ROOT), sys.prefix, sys.base_prefix]
    output = client.containers.run(
        f"{IMAGE.replace(':', '-')}-base:latest",
        [sys.executable, "-c", code],
        volumes={
            **{folder: {"bind": folder, "mode": "ro"} for folder in folders},
            docker_host.removeprefix("unix://"): {"bind": "/engine.sock", "mode": "rw"},
        },
        working_dir=str(ROOT),
        environment={"PYTHONDONTWRITEBYTECODE": "1"},
        stderr=True,
        remove=True,
    ).decode()
    gateway = client.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    assert output.startswith(f"{Address(gateway, '0.0.0.0')} 15"), output
    assert output.strip().endswith("('off',)")


class forwarded:
    """A TCP port on which a unix socket answers."""

    def __init__(self, docker_host: str) -> None:
        self._path = docker_host.removeprefix("unix://")

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(self._path)
            back = threading.Thread(target=self._copy, args=(far, near), daemon=True)
            back.start()
            self._copy(near, far)
            back.join()

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
