"""The CI files of docs/how-to/ci.md: they are what GitHub and GitLab read, and their commands run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from ruamel.yaml import YAML

from pytest_nself.core.dsn import Dsn

from .conftest import OwnServer, Reader
from .pages import ROOT, read_page

PAGE = read_page(ROOT / "docs/how-to/ci.md")


@dataclass(frozen=True)
class Job:
    """One job of a CI file: commands, environment, and the variables of its PostgreSQL service if it has one."""

    name: str
    commands: tuple[str, ...]
    env: Mapping[str, str]
    service: Mapping[str, str] | None
    hosts: tuple[str, ...] = ()


def jobs() -> Iterator[Job]:
    """All jobs of all CI files on the page."""
    for path, text in PAGE.files().items():
        if path.startswith(".github/"):
            yield from _github(path, YAML(typ="safe", pure=True).load(text))
        elif path == ".gitlab-ci.yml":
            yield from _gitlab(path, YAML(typ="safe", pure=True).load(text))


def _github(path: str, document: Mapping[str, Any]) -> Iterator[Job]:
    assert {"name", "on", "jobs"} == set(document), path
    for name, job in document["jobs"].items():
        assert set(job) <= {"runs-on", "services", "env", "steps"}, f"{path}: {name}"
        assert all(("run" in step) != ("uses" in step) for step in job["steps"]), f"{path}: {name}"
        uses = [step["uses"].split("@")[0] for step in job["steps"] if "uses" in step]
        assert uses[:2] == ["actions/checkout", "actions/setup-python"], f"{path}: {name}"
        commands = tuple(step["run"] for step in job["steps"] if "run" in step)
        services = job.get("services", {})
        ports = [port for service in services.values() for port in service["ports"]]
        assert ports == ["5432:5432"] * len(services), f"{path}: {name}"
        service = next((dict(service["env"]) for service in services.values()), None)
        yield Job(f"{path}: {name}", commands, job.get("env", {}), service, ("127.0.0.1",))


def _gitlab(path: str, document: Mapping[str, Any]) -> Iterator[Job]:
    for name, job in document.items():
        assert set(job) <= {"image", "variables", "cache", "services", "script"}, f"{path}: {name}"
        variables = {key: str(value) for key, value in job["variables"].items()}
        services = job.get("services", ())
        hosts = tuple(service["alias"] for service in services)
        yield Job(f"{path}: {name}", tuple(job["script"]), variables, variables if services else None, hosts)


@pytest.mark.parametrize("job", list(jobs()), ids=lambda job: job.name)
def test_job(job: Job, reader: Reader, request: pytest.FixtureRequest) -> None:
    """The job's commands pass in its environment; its service is the server that DATABASE_URL_TEST names."""
    for path, text in PAGE.files().items():
        if not path.startswith("."):
            reader.write(path, text)
    provider = "embedded"
    if job.service is not None:
        dsn = Dsn.parse(job.env["DATABASE_URL_TEST"])
        assert (dsn.host in job.hosts, dsn.port, dsn.user, dsn.dbname) == (True, 5432, "postgres", "postgres")
        assert dsn.password == job.service["POSTGRES_PASSWORD"]
        own: OwnServer = request.getfixturevalue("own_server")
        reader.replaced[dsn.url()] = own.dsn.url()
        provider = "existing"
    env = {name: value for name, value in job.env.items() if "$" not in value}
    said = ""
    for command in job.commands:
        result = reader.run(command, **env)
        assert result.returncode == 0, result.stdout
        said += result.stdout
    assert f"nself: {provider} (" in said
    assert "2 passed" in said
    if "NSELF_CACHE" in env:
        assert list((reader.root / env["NSELF_CACHE"]).glob("migrated-*"))
