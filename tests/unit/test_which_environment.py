"""Which environment is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError, Refused
from pytest_nself.project.which_environment import choose_environment, select_environment


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("development", "dev"),
        ("LOCAL", "dev"),
        ("prod", "production"),
        ("Production", "production"),
        ("staging", "staging"),
        ("TEST", "test"),
        ("qa-7", "qa-7"),
    ],
)
def test_spellings(tmp_path: Path, said: str, meant: str) -> None:
    """An environment has one name, however it is spelled, by flag or by variable."""
    assert select_environment(tmp_path, said, {}) == meant
    assert select_environment(tmp_path, None, {"NSELF_ENV": said}) == meant


def test_the_order_of_selectors(tmp_path: Path) -> None:
    """Flag, process, .env.local, .env, then NODE_ENV, then dev; each says where it stands."""
    assert choose_environment(tmp_path, None, {}).name == "dev"
    assert select_environment(tmp_path, None, {"NODE_ENV": "production"}) == "production"
    (tmp_path / ".env").write_text("\nexport ENVIRONMENT='staging' # ours\n")
    found = choose_environment(tmp_path, None, {"NODE_ENV": "production"})
    assert (found.name, found.origin) == ("staging", "ENVIRONMENT in .env:2")
    (tmp_path / ".env.local").write_bytes(b"\xef\xbb\xbfNSELF_ENV=qa\r\n")
    assert select_environment(tmp_path, None, {}) == "qa"
    assert select_environment(tmp_path, None, {"ENV": "prod"}) == "production"
    assert choose_environment(tmp_path, "dev", {"ENV": "prod"}).origin == "--env"


def test_node_env_in_a_file(tmp_path: Path) -> None:
    """NODE_ENV counts from a file too, but never against one of the three; an empty value counts as not given."""
    (tmp_path / ".env").write_text("NODE_ENV=test\nENV=\n")
    assert select_environment(tmp_path, None, {}) == "test"
    assert select_environment(tmp_path, None, {"ENVIRONMENT": "staging"}) == "staging"


def test_selectors_that_disagree_are_refused(tmp_path: Path) -> None:
    """Two names for two environments: nobody guesses. Two spellings of one do not disagree, and --env settles it."""
    with pytest.raises(Refused) as caught:
        select_environment(tmp_path, None, {"ENVIRONMENT": "dev", "ENV": "prod"})
    assert "ENV=prod (the process environment), ENVIRONMENT=dev (the process environment)" in caught.value.cause
    assert select_environment(tmp_path, None, {"ENVIRONMENT": "production", "ENV": "prod"}) == "production"
    assert select_environment(tmp_path, "staging", {"ENVIRONMENT": "dev", "ENV": "prod"}) == "staging"
    (tmp_path / ".env").write_text("NSELF_ENV=staging\nENV=dev\n")
    with pytest.raises(Refused, match=r"NSELF_ENV=staging \(\.env:1\), ENV=dev \(\.env:2\)"):
        select_environment(tmp_path, None, {})


def test_the_shells_own_env_is_no_environment(tmp_path: Path) -> None:
    """POSIX shells take ENV as a path; that names no environment."""
    assert select_environment(tmp_path, None, {"ENV": "/etc/profile"}) == "dev"
    with pytest.raises(ConfigError, match="NSELF_ENV in the process environment"):
        select_environment(tmp_path, None, {"NSELF_ENV": "two words"})
    with pytest.raises(ConfigError, match="NSELF_ENV in the process environment"):
        select_environment(tmp_path, None, {"NSELF_ENV": "a/b"})


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("prodution", "production"),
        ("stagng", "staging"),
        ("tst", "test"),
        ("developement", "dev"),
        ("Prd", "production"),
    ],
)
def test_a_slip_is_an_error(tmp_path: Path, slip: str, meant: str) -> None:
    """A name that nothing in the project knows, close to one that it knows, is a slip: by flag and by variable."""
    with pytest.raises(ConfigError, match=rf"Did you mean {meant}\?"):
        select_environment(tmp_path, slip, {})
    with pytest.raises(ConfigError, match="ENV in the process environment"):
        select_environment(tmp_path, None, {"ENV": slip})


@pytest.mark.parametrize("name", ["qa", "uat", "staging-2", "prod_eu", "test2", "preview.7", "demo"])
def test_a_name_of_ones_own_is_no_slip(tmp_path: Path, name: str) -> None:
    """Names that only begin like ours say more than ours."""
    assert select_environment(tmp_path, name, {}) == name


def test_a_file_makes_a_name_known(tmp_path: Path) -> None:
    """With .env.stagin that is an environment; and its own slips are noticed. Templates are no environments."""
    (tmp_path / ".env.stagin").touch()
    (tmp_path / ".env.example").touch()
    assert choose_environment(tmp_path, "stagin", {}).known
    with pytest.raises(ConfigError, match=r"Did you mean stagin\?"):
        choose_environment(tmp_path, "stagim", {})
    assert not choose_environment(tmp_path, "exampl", {}).known
