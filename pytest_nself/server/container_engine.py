"""The container engine: where it is, which address its containers have, and how to remove what a run left there.

Needs the standard library only and imports nothing of this package, so that a watchdog can run it as

    python -I -S container_engine.py HOST RUN_ID [NAME=VALUE ...]

which removes every container of that run with its volumes. HOST is written as in DOCKER_HOST; the variables are for the
program `docker`, which is called when the engine is behind ssh, TLS or a Windows pipe.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

RUN_LABEL = "org.pytest-nself.run"
"""Every container of ours carries it; its value is the id of the run."""

DOCKER_READS = ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "HOME", "PATH", "SSH_AUTH_SOCK")
"""What the program `docker` needs of the environment to reach an engine that was named to it."""

Environ = Mapping[str, str] | None
"""The environment for the program `docker`; None is this process's own."""

LOOPBACK = ("localhost", "127.0.0.1", "::1", "")


@dataclass(frozen=True, slots=True)
class Engine:
    """`host` as in DOCKER_HOST (`unix:///var/run/docker.sock`); `origin` says in words who named it."""

    host: str
    origin: str

    @property
    def socket_path(self) -> Path | None:
        """The unix socket, or None for an engine that is reached in another way."""
        return Path(self.host.removeprefix("unix://")) if self.host.startswith("unix://") else None


@dataclass(frozen=True, slots=True)
class Address:
    """Where tests reach a published port (`host`), and on which address of its machine the engine publishes it."""

    host: str
    publish_on: str


def find_engine(environ: Mapping[str, str], home: Path) -> tuple[Engine | None, str]:
    """The engine to use, or None and what was looked at.

    The order is testcontainers' own (its properties file, DOCKER_HOST, the docker context) and then the sockets that
    Docker, Docker Desktop, Colima, OrbStack, Rancher Desktop and Podman make. Nothing is connected to: a connection
    may start an engine.
    """
    for host, origin in _named(environ, home):
        if host:
            return Engine(_normal(host), origin), ""
    tried, refused = [], []
    for path in _sockets(environ, home):
        tried.append(str(path))
        if not _is_socket(path):
            continue
        if os.access(path, os.R_OK | os.W_OK):
            return Engine(f"unix://{path}", f"the socket {path}"), ""
        refused.append(str(path))
    if os.name == "nt":
        return Engine("npipe:////./pipe/docker_engine", "the pipe of Docker Desktop"), ""
    if refused:
        return None, f"no permission to use {', '.join(refused)}"
    return None, f"DOCKER_HOST is not set and none of these sockets exists: {', '.join(tried)}"


def why_unusable(engine: Engine) -> str | None:
    """What is wrong with a named engine, as far as it can be seen without a connection."""
    path = engine.socket_path
    if path is None:
        return None
    if not _is_socket(path):
        return f"{engine.origin} names {path}, which is no socket"
    if not os.access(path, os.R_OK | os.W_OK):
        return f"{engine.origin} names {path}, which this user may not use"
    return None


def address(engine: Engine, environ: Mapping[str, str]) -> Address:
    """Where the tests reach a port that this engine publishes. Known before anything is started.

    An engine of this machine publishes on the loopback interface only. When the tests themselves run in a container
    and the engine outside of it, the ports are on the container's gateway; when the engine is on another machine,
    they are there: in both cases it has to publish on all interfaces.
    """
    override = environ.get("TC_HOST") or environ.get("TESTCONTAINERS_HOST_OVERRIDE") or ""
    path = engine.socket_path
    host = override or (urlsplit(engine.host).hostname or "" if path is None else "")
    if not host and path is not None and in_container() and not _shares_our_network(path):
        host = _default_gateway()
    if host in LOOPBACK or engine.host.startswith("npipe://"):
        return Address("127.0.0.1", "127.0.0.1")
    return Address(host, "0.0.0.0")


def in_container() -> bool:
    """Whether this process runs in a Docker or Podman container."""
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def containers_of(host: str, run_id: str | None = None, environ: Environ = None) -> dict[str, str]:
    """The containers of one run, or of all our runs: container id -> run id. Raises OSError."""
    label = RUN_LABEL if run_id is None else f"{RUN_LABEL}={run_id}"
    query = quote(json.dumps({"label": [label]}))
    try:
        found = json.loads(request(host, "GET", f"/containers/json?all=1&filters={query}"))
    except NotPlain:
        shape = f'{{{{.ID}}}} {{{{.Label "{RUN_LABEL}"}}}}'
        words = ("ps", "--all", "--no-trunc", "--filter", f"label={label}", "--format", shape)
        lines = _docker(host, environ, *words)
        return dict(line.split(maxsplit=1) for line in lines.splitlines())
    return {entry["Id"]: entry["Labels"][RUN_LABEL] for entry in found}


def remove_container(host: str, container_id: str, environ: Environ = None) -> None:
    """Kill and remove one container with its anonymous volumes; one that is gone already is fine. Raises OSError."""
    try:
        request(host, "DELETE", f"/containers/{container_id}?force=1&v=1", accept=(404, 409))
    except NotPlain:
        if container_id in _docker(host, environ, "ps", "--all", "--no-trunc", "--quiet").split():
            _docker(host, environ, "rm", "--force", "--volumes", container_id)


def remove_run(host: str, run_id: str, environ: Environ = None, settle_s: float = 0.3) -> int:
    """Remove every container of a run; how many there were. Raises OSError.

    The engine may still be making one for an owner that was killed a moment ago: when nothing is found it is asked
    again after `settle_s`.
    """
    for wait_s in (settle_s, 0.0):
        found = containers_of(host, run_id, environ)
        for container_id in found:
            remove_container(host, container_id, environ)
        if found:
            return len(found)
        time.sleep(wait_s)
    return 0


def remove_command(host: str, run_id: str, environ: Mapping[str, str]) -> list[str]:
    """A command that does `remove_run` in a bare Python, with no package and no environment at hand."""
    given = [f"{name}={environ[name]}" for name in DOCKER_READS if name in environ]
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), host, run_id, *given]


def logs(host: str, container_id: str, since: float = 0.0, environ: Environ = None) -> str:
    """What the container wrote since a time (seconds since the epoch), both streams in order. Raises OSError."""
    path = f"/containers/{container_id}/logs?stdout=1&stderr=1&since={since:.9f}"
    try:
        return b"".join(_frames(request(host, "GET", path))).decode(errors="replace")
    except NotPlain:
        return _docker(host, environ, "logs", "--since", f"{since:.9f}", container_id)


def request(host: str, method: str, path: str, accept: tuple[int, ...] = (), timeout_s: float = 30.0) -> bytes:
    """One call of the engine's HTTP interface; the body of the answer.

    Raises NotPlain when the engine does not speak plain HTTP, OSError when it does not answer or answers with an
    error that is not in `accept`.
    """
    connection = _connection(host, timeout_s)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
    except http.client.HTTPException as error:
        # A port that wants TLS explains itself to a GET, and hangs up on a DELETE.
        raise NotPlain(f"{host} does not answer in plain HTTP: {error!r}") from error
    finally:
        connection.close()
    if answer.status == 400 and b"HTTPS" in body:
        raise NotPlain(f"{host} wants TLS")
    if answer.status >= 400 and answer.status not in accept:
        raise OSError(f"{method} {path} at {host}: {answer.status} {body.decode(errors='replace').strip()}")
    return body


class NotPlain(OSError):
    """The engine is behind ssh, a Windows pipe or TLS: the program `docker` can talk to it, we cannot."""


def _docker(host: str, environ: Environ, *words: str) -> str:
    argv, env = ["docker", "--host", host, *words], None if environ is None else dict(environ)
    try:
        ran = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True, env=env)
        return ran.stdout
    except subprocess.CalledProcessError as error:
        raise OSError(f"{' '.join(argv)} ended with {error.returncode}: {error.stdout.strip()}") from error


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection(host: str, timeout_s: float) -> http.client.HTTPConnection:
    if host.startswith("unix://"):
        return _UnixConnection(host.removeprefix("unix://"), timeout_s)
    parts = urlsplit(host)
    if parts.scheme not in ("tcp", "http"):
        raise NotPlain(f"{host} is not reached over plain HTTP")
    return http.client.HTTPConnection(parts.hostname or "localhost", parts.port or 2375, timeout=timeout_s)


def _frames(stream: bytes) -> Iterator[bytes]:
    # Each piece of a log: one byte stream number, three zeros, four bytes length, text.
    at = 0
    while at + 8 <= len(stream):
        (length,) = struct.unpack(">I", stream[at + 4 : at + 8])
        yield stream[at + 8 : at + 8 + length]
        at += 8 + length


def _named(environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    yield _property(home, "tc.host"), "~/.testcontainers.properties (tc.host)"
    yield environ.get("DOCKER_HOST", ""), "DOCKER_HOST"
    folder = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    name = environ.get("DOCKER_CONTEXT") or _read_json(folder / "config.json").get("currentContext", "")
    if name and name != "default":
        meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
        endpoints = _read_json(meta).get("Endpoints", {})
        yield endpoints.get("docker", {}).get("Host", ""), f"the docker context {name!r}"


def _sockets(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    runtime = environ.get("XDG_RUNTIME_DIR")
    yield Path("/var/run/docker.sock")
    if runtime:
        yield Path(runtime, "docker.sock")
    for name in (".docker/run", ".docker/desktop", ".colima/default", ".orbstack/run", ".rd"):
        yield home / name / "docker.sock"
    if runtime:
        yield Path(runtime, "podman/podman.sock")
    yield Path("/run/podman/podman.sock")


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def _normal(host: str) -> str:
    host = host.strip()
    return f"unix://{host}" if host.startswith("/") else host.replace("http+unix://", "unix://", 1)


def _property(home: Path, name: str) -> str:
    try:
        lines = (home / ".testcontainers.properties").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found = [value.strip() for key, _, value in (line.partition("=") for line in lines) if key.strip() == name]
    return found[-1] if found else ""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _shares_our_network(path: Path) -> bool:
    """Whether the engine behind a unix socket publishes ports where we see them on the loopback interface.

    The kernel gives the engine's process id as seen from here: 0 for one outside of our container.
    """
    peer_credentials = getattr(socket, "SO_PEERCRED", None)
    if peer_credentials is None:
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
            pid = struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, peer_credentials, 12))[0]
        except OSError:
            return True  # no engine at all: that is told when a container is to be started
    if pid == 0:
        return False
    try:
        # A container that shares the host's processes still has a network of its own.
        return Path("/proc/self/ns/net").samefile(f"/proc/{pid}/ns/net")
    except OSError:
        return True


def _default_gateway() -> str:
    try:
        lines = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return ""
    for words in map(str.split, lines):
        if words[1] == "00000000" and words[2] != "00000000":
            return socket.inet_ntoa(struct.pack("<I", int(words[2], 16)))
    return ""


if __name__ == "__main__":
    try:
        remove_run(
            sys.argv[1], sys.argv[2], {name: value for name, _, value in (a.partition("=") for a in sys.argv[3:])}
        )
    except OSError as error:
        sys.exit(f"container_engine: {error}")
