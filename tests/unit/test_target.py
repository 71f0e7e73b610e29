"""Which environment, and which database in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError, Refused
from pytest_nself.project.target import find_root, resolve_target, select_environment


def _files(root: Path, **files: str) -> Path:
    for name, text in files.items():
        (root / ("." + name.replace("_", "."))).write_text(text)
    return root


@pytest.mark.parametrize(
    ("said", "meant"),
    [("development", "dev"), ("LOCAL", "dev"), ("prod", "production"), ("staging", "staging"), ("qa-7", "qa-7")],
)
def test_spellings(tmp_path: Path, said: str, meant: str) -> None:
    """An environment has one name, however it is spelled, by flag or by variable."""
    assert select_environment(tmp_path, said, {}) == meant
    assert select_environment(tmp_path, None, {"NSELF_ENV": said}) == meant


def test_the_order_of_selectors(tmp_path: Path) -> None:
    """Flag, process, .env.local, .env, then NODE_ENV, then dev."""
    assert select_environment(tmp_path, None, {}) == "dev"
    assert select_environment(tmp_path, None, {"NODE_ENV": "production"}) == "production"
    _files(tmp_path, env="ENVIRONMENT=staging\n")
    assert select_environment(tmp_path, None, {"NODE_ENV": "production"}) == "staging"
    _files(tmp_path, env_local="NSELF_ENV=qa\n")
    assert select_environment(tmp_path, None, {}) == "qa"
    assert select_environment(tmp_path, None, {"ENV": "prod"}) == "production"
    assert select_environment(tmp_path, "dev", {"ENV": "prod"}) == "dev"


def test_selectors_that_disagree_are_refused(tmp_path: Path) -> None:
    """Two names for two environments: nobody guesses. Two spellings of one do not disagree."""
    with pytest.raises(Refused, match="ENV=prod, ENVIRONMENT=dev"):
        select_environment(tmp_path, None, {"ENVIRONMENT": "dev", "ENV": "prod"})
    assert select_environment(tmp_path, None, {"ENVIRONMENT": "production", "ENV": "prod"}) == "production"


def test_the_shells_own_env_is_no_environment(tmp_path: Path) -> None:
    """POSIX shells take ENV as a path; that names no environment."""
    assert select_environment(tmp_path, None, {"ENV": "/etc/profile"}) == "dev"
    with pytest.raises(ConfigError, match="NSELF_ENV in the process environment"):
        select_environment(tmp_path, None, {"NSELF_ENV": "two words"})


def test_env_files_in_their_order(tmp_path: Path) -> None:
    """.env.<env>.local over .env.local (dev only) over .env.<env> over .env; empty values count as not given."""
    _files(
        tmp_path,
        env="POSTGRES_HOST=base\nPOSTGRES_USER=u\nPOSTGRES_DB=d\nPOSTGRES_PASSWORD=a$b#c\nDATABASE_URL=\n",
        env_local="POSTGRES_DB=mine\n",
        env_staging="POSTGRES_HOST=stage\n",
        env_staging_local="POSTGRES_PORT=6000\n",
    )
    dev = resolve_target(tmp_path, process={})
    assert str(dev.dsn) == "postgresql://u:***@base:5432/mine"
    assert dev.dsn.password == "a$b#c"
    staging = resolve_target(tmp_path, env="staging", process={})
    assert str(staging.dsn) == "postgresql://u:***@stage:6000/d"


def test_the_highest_family_decides(tmp_path: Path) -> None:
    """--dsn over DATABASE_URL over POSTGRES_URL over POSTGRES_* over PG*, wherever they stand."""
    process = {"PGDATABASE": "e", "POSTGRES_DB": "d", "POSTGRES_URL": "postgres://h/c"}
    _files(tmp_path, env="DATABASE_URL=postgresql://h/x\n")
    assert resolve_target(tmp_path, dsn="postgresql://h/a", process=process).dsn.dbname == "a"
    assert resolve_target(tmp_path, process={**process, "DATABASE_URL": "postgres://h/b"}).dsn.dbname == "b"
    assert resolve_target(tmp_path, process=process).dsn.dbname == "c"
    del process["POSTGRES_URL"]
    assert resolve_target(tmp_path, process=process).dsn.dbname == "x"
    (tmp_path / ".env").unlink()
    target = resolve_target(tmp_path, process=process)
    assert (target.dsn.dbname, target.origin) == ("d", "POSTGRES_* in the process environment")


def test_a_family_is_not_mixed(tmp_path: Path) -> None:
    """The process environment's POSTGRES_* are not completed from a file: that would be a third database."""
    _files(tmp_path, env="POSTGRES_DB=files\nPOSTGRES_PASSWORD=hush\n")
    dsn = resolve_target(tmp_path, process={"POSTGRES_HOST": "h"}).dsn
    assert (dsn.host, dsn.dbname, dsn.password) == ("h", "postgres", "")


def test_the_test_environment_has_its_own_url(tmp_path: Path) -> None:
    """DATABASE_URL_TEST replaces DATABASE_URL in the environment test, and nowhere else."""
    process = {"DATABASE_URL": "postgres://h/a", "DATABASE_URL_TEST": "postgres://h/t"}
    assert resolve_target(tmp_path, env="test", process=process).dsn.dbname == "t"
    assert resolve_target(tmp_path, process=process).dsn.dbname == "a"


def test_nothing_said_is_an_error(tmp_path: Path) -> None:
    """Without any setting no database is guessed; other POSTGRES_ variables name none."""
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        resolve_target(tmp_path, process={"POSTGRES_EXTENSIONS": "citext"})


def test_a_bad_url_names_its_origin_and_not_itself(tmp_path: Path) -> None:
    """The file that holds it is named; what it holds may be a password."""
    _files(tmp_path, env="DATABASE_URL=mysql://u:hush@h/d\n")
    with pytest.raises(ConfigError, match=r"DATABASE_URL in \.env") as caught:
        resolve_target(tmp_path, process={})
    assert "hush" not in str(caught.value)


def test_a_bad_port_names_its_origin(tmp_path: Path) -> None:
    """A port that is no number is said to be one, with the family it comes from."""
    with pytest.raises(ConfigError, match=r"POSTGRES_\*"):
        resolve_target(tmp_path, process={"POSTGRES_PORT": "many"})


def test_the_root_is_found_from_below(tmp_path: Path) -> None:
    """Commands work from any folder of the project."""
    (tmp_path / "pyproject.toml").touch()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_root(inner) == tmp_path
