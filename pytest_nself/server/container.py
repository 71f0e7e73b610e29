"""The provider `container`: PostgreSQL from an image, through testcontainers.

The server lives in memory (its data folder is a tmpfs), publishes one reserved port, and carries the label of its run,
by which the watchdog finds it when the run was killed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ServerFailed

from . import container_engine
from .container_engine import RUN_LABEL, Address, Engine
from .server import Blueprint, Note, Server, Started, Wanted, server_settings

if TYPE_CHECKING:
    from docker.models.containers import Container
    from testcontainers.community.postgres import PostgresContainer

DEFAULT_MAJOR = 18
SUPERUSER = "postgres"
POLL_S = 0.02
LOOK_AT_CONTAINER_S = 0.25
LOG_LINES = 20
NO_BLUEPRINT = Blueprint("", lambda server: {})
PORT_TAKEN = ("already allocated", "already in use")


@dataclass(frozen=True, slots=True)
class ContainerProvider:
    """Starts a server from an image.

    `environ` is the environment the run sees (DOCKER_HOST and the like), `image` gets the tag `major` when it has
    none, `home` is the home folder, where Docker keeps its contexts.
    """

    environ: Mapping[str, str]
    image: str = "postgres"
    major: int | None = None
    home: Path = field(default_factory=Path.home)

    @property
    def name(self) -> str:
        return "container"

    @property
    def image_name(self) -> str:
        """The image that `start` uses, always with a tag or a digest."""
        # A colon before the last slash belongs to the port of a registry.
        has_tag = ":" in self.image.rpartition("/")[2] or "@" in self.image
        return self.image if has_tag else f"{self.image}:{self.major or DEFAULT_MAJOR}"

    def cannot_serve(self) -> str | None:
        """Why no container can be started, as far as it shows without starting or importing anything."""
        if find_spec("testcontainers") is None:
            return "the package testcontainers is not installed"
        engine, tried = container_engine.find_engine(self.environ, self.home)
        return f"no container engine: {tried}" if engine is None else container_engine.why_unusable(engine)

    def engine(self) -> Engine:
        """The engine that `start` uses. Raises ServerFailed when there is none."""
        engine, tried = container_engine.find_engine(self.environ, self.home)
        if engine is None:
            raise _unreachable("a container engine", tried)
        return engine

    @property
    def host(self) -> str:
        """The address at which clients will reach the server. Raises ServerFailed when there is no engine."""
        return self.address().host

    def address(self) -> Address:
        """Where the server will be reached: known before it starts, since the tests' environment names it."""
        return container_engine.address(self.engine(), self.environ)

    def start(self, wanted: Wanted, note: Note, blueprint: Blueprint = NO_BLUEPRINT) -> Started:
        """A running server that answers queries and holds the blueprint. Pulls the image if the engine lacks it.

        Raises ServerFailed or what the blueprint raises; nothing of the container is left then.
        """
        began = time.monotonic()
        engine, where = self.engine(), self.address()
        _ping(engine)
        with _told(engine):
            postgres = self._postgres(engine, wanted)
        try:
            with _told(engine):
                _configure(postgres, _image_config(postgres, self.image_name), wanted, where)
            removal = container_engine.remove_command(engine.host, wanted.run_id, self.environ)
            note("container", command=removal, run=wanted.run_id)
            with _told(engine, wanted.port, where), _reaper_only_if_asked(self.environ):
                _start(postgres)
            container = postgres.get_wrapped_container()
            dsn = Dsn(where.host, wanted.port, "postgres", SUPERUSER, wanted.password)
            version = _wait_until_ready(dsn, container, wanted.start_timeout_s, postgres.image)
            server = Server(self.name, version, dsn, container=str(container.id))
            facts = blueprint.build(server)
        except BaseException:
            # An interrupted or failed start leaves nothing behind.
            _discard(postgres)
            raise
        # Any process of the run may end the container; this one keeps no connection open for that.
        postgres.get_docker_client().client.close()
        return Started(replace(server, took_ms=(time.monotonic() - began) * 1000), facts)

    @property
    def shared(self) -> bool:
        return False

    def end_run(self, server: Server, run_id: str) -> None:
        """Remove the server's container and volumes."""
        self.stop(server)

    def stop(self, server: Server) -> None:
        """Remove the server's container and volumes; any process may do it. Raises ServerFailed."""
        engine = self.engine()
        try:
            container_engine.remove_container(engine.host, server.container or "", self.environ)
        except OSError as error:
            raise _unreachable(f"the container engine at {engine.host}", str(error)) from error

    def log_since(self, server: Server, since: float) -> str:
        """What the server logged since a time in seconds since the epoch; empty when it cannot be read."""
        try:
            return container_engine.logs(self.engine().host, server.container or "", since, self.environ)
        except OSError:
            return ""

    def _postgres(self, engine: Engine, wanted: Wanted) -> PostgresContainer:
        from testcontainers.community.postgres import PostgresContainer

        # Said in full rather than left to the process environment: a socket that we found is not in it.
        environment = {key: value for key, value in self.environ.items() if key.startswith("DOCKER_")}
        environment["DOCKER_HOST"] = engine.host
        return PostgresContainer(
            self.image_name,
            username=SUPERUSER,
            password=wanted.password,
            dbname="postgres",
            driver=None,
            docker_client_kw={"environment": environment},
        )


def _ping(engine: Engine) -> None:
    """Ask ourselves first: our answer names the address, and an import of 180 ms is saved when there is none."""
    try:
        container_engine.request(engine.host, "GET", "/_ping", timeout_s=10)
    except container_engine.NotPlain:
        pass  # only the client library can tell
    except OSError as error:
        raise _unreachable(f"the container engine at {engine.host} (from {engine.origin})", str(error)) from error


def _image_config(postgres: PostgresContainer, name: str) -> Mapping[str, Any]:
    """What the image declares (environment, volumes), pulling it if the engine does not have it."""
    from docker.errors import DockerException, ImageNotFound

    images = postgres.get_docker_client().client.images
    try:
        image = images.get(postgres.image)
    except ImageNotFound:
        try:
            image = images.pull(postgres.image)
        except DockerException as error:
            raise ServerFailed(
                f"The image {postgres.image} is not on the container engine and cannot be pulled.",
                _first_line(error),
                f"pull it by hand (docker pull {name}), correct nself_image, or choose another nself_provider",
            ) from error
    return dict(image.attrs["Config"])


def _configure(postgres: PostgresContainer, config: Mapping[str, Any], wanted: Wanted, where: Address) -> None:
    environment = dict(entry.partition("=")[::2] for entry in config.get("Env") or ())
    major = environment.get("PG_MAJOR", "")
    settings = server_settings(int(major) * 10000 if major.isdigit() else 0, wanted.settings)
    # 1 MiB segments: small WAL settings are refused with larger ones, and less memory is taken.
    initdb = f"--no-sync --encoding=UTF8 --locale={wanted.locale} --wal-segsize=1"
    postgres.with_env("POSTGRES_INITDB_ARGS", initdb)
    postgres.with_command(["postgres", *(word for pair in settings.items() for word in ("-c", "=".join(pair)))])
    postgres.with_tmpfs_mount(_memory_folder(environment, config.get("Volumes") or {}))
    postgres.with_kwargs(labels={RUN_LABEL: wanted.run_id})
    # `with_bind_ports` takes no address, and would publish on all interfaces.
    postgres.ports[str(postgres.port)] = (where.publish_on, wanted.port)  # type: ignore[assignment]


def _memory_folder(environment: Mapping[str, str], volumes: Mapping[str, Any]) -> str:
    """Where the tmpfs goes: the volume that holds the data folder, so that the engine makes no volume.

    Up to major 17 the official image's volume is the data folder itself, from 18 on its grandparent.
    """
    data = Path(environment.get("PGDATA", "/var/lib/postgresql/data"))
    around = [folder for folder in (data, *data.parents) if str(folder) in volumes]
    return str(around[0] if around else data)


def _start(postgres: PostgresContainer) -> None:
    # Not PostgresContainer.start: that goes on to ask a psql inside the container, once a second.
    from testcontainers.core.container import DockerContainer

    DockerContainer.start(postgres)


def _wait_until_ready(dsn: Dsn, container: Container, timeout_s: float, image: str) -> int:
    """Poll with a real query over TCP; the server's version number.

    The entry script starts the server twice, the first time on its unix socket only: that one cannot answer here.
    """
    began, look = time.monotonic(), 0.0
    while True:
        version, refused = _ask_version(dsn)
        if version is not None:
            return version
        now = time.monotonic()
        if now > look:
            look = now + LOOK_AT_CONTAINER_S
            _raise_if_ended(container, image)
        if now - began > timeout_s:
            raise ServerFailed(
                f"The server in a container of {image} did not answer within {timeout_s:g} s.",
                f"{dsn}: {refused}\n{_log_tail(container)}",
                "raise nself_start_timeout if it was still starting; if its log says that it accepts connections, the "
                "address is wrong: set TESTCONTAINERS_HOST_OVERRIDE to the one where containers are reached from here",
            )
        time.sleep(POLL_S)


def _discard(postgres: PostgresContainer) -> None:
    try:
        postgres.stop()
    except Exception:
        # The error under way says more; the watchdog removes the container by its label in any case.
        pass


def _ask_version(dsn: Dsn) -> tuple[int | None, str]:
    import psycopg

    query = "select pg_catalog.current_setting('server_version_num')::int"
    try:
        with psycopg.connect(dsn.conninfo(), autocommit=True, connect_timeout=2) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.OperationalError as error:
        return None, _first_line(error)
    return (int(row[0]) if row else None), ""


def _raise_if_ended(container: Container, image: str) -> None:
    container.reload()
    if container.status in ("exited", "dead"):
        code = container.attrs["State"]["ExitCode"]
        raise ServerFailed(
            f"The server in a container of {image} ended at its start with exit code {code}.",
            _log_tail(container),
            "act on the last lines of its log; a wrong line in nself_postgres_settings ends the server like this",
        )


def _log_tail(container: Container) -> str:
    lines = container.logs(tail=LOG_LINES).decode(errors="replace").strip()
    return f"The last lines of the container's log:\n{lines or '(it is empty)'}"


@contextmanager
def _reaper_only_if_asked(environ: Mapping[str, str]) -> Iterator[None]:
    """Start testcontainers' reaper only where the user configured it.

    It removes our container some seconds after the process that started it is gone: with several workers that process
    may end long before the run does. Our watchdog waits for all of them, and needs no second image.
    """
    from testcontainers.core.config import testcontainers_config as config

    if "TESTCONTAINERS_RYUK_DISABLED" in environ or "ryuk.disabled" in config.tc_properties:
        if not config.ryuk_disabled:
            _start_reaper(config.ryuk_image)
        yield
        return
    before, config.ryuk_disabled = config.ryuk_disabled, True
    try:
        yield
    finally:
        config.ryuk_disabled = before


def _start_reaper(image: str) -> None:
    from docker.errors import DockerException
    from testcontainers.core.container import Reaper

    try:
        Reaper.get_instance()
    except (DockerException, OSError) as error:
        raise ServerFailed(
            f"The reaper of testcontainers ({image}) does not start.",
            _first_line(error),
            "set TESTCONTAINERS_RYUK_DISABLED=true: a watchdog of ours removes the server after a killed run",
        ) from error


@contextmanager
def _told(engine: Engine, port: int = 0, where: Address | None = None) -> Iterator[None]:
    """What the client library raises, as our error."""
    from docker.errors import APIError, DockerException
    from requests import RequestException

    try:
        yield
    except APIError as error:
        text = str(error.explanation or error)
        if where is not None and any(words in text for words in PORT_TAKEN):
            raise ServerFailed(
                f"Port {port} on {where.publish_on} is taken.",
                text.strip(),
                "end the process that listens there, or run again: another port is taken then",
            ) from error
        raise ServerFailed(
            "The container engine refused to start a server.",
            f"{engine.host} (from {engine.origin}): {text.strip()}",
            "correct what it names, or choose another nself_provider",
        ) from error
    except (DockerException, RequestException, OSError) as error:
        raise _unreachable(f"the container engine at {engine.host} (from {engine.origin})", str(error)) from error


def _unreachable(what: str, why: str) -> ServerFailed:
    return ServerFailed(
        f"Cannot reach {what}.",
        why,
        "start Docker or Podman, point DOCKER_HOST at it, or choose another nself_provider",
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
