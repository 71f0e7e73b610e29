"""Connection strings, and what they must not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ConfigError

_word = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=12)


@given(user=_word, password=_word, dbname=_word)
def test_a_url_gives_back_what_went_in(user: str, password: str, dbname: str) -> None:
    """Special characters in user, password and database survive the way through a URL."""
    dsn = Dsn("localhost", 5433, dbname.lstrip("/") or "d", user, password)
    assert Dsn.parse(dsn.url()) == dsn


@given(password=st.text("abc'@:/%\\ ", min_size=3))
def test_nothing_that_prints_shows_the_password(password: str) -> None:
    """str and repr keep the password to themselves."""
    dsn = Dsn("h", 5432, "d", "u", "se-cret" + password)
    assert "se-cret" not in str(dsn)
    assert "se-cret" not in repr(dsn)
    assert f"{dsn}" == "postgresql://u:***@h:5432/d"


@pytest.mark.parametrize(
    "url",
    ["mysql://u:hush@h/d", "postgresql://u:1?hush@h/d", "postgresql://u:1/hush@h/d", "postgresql://h/d?port=hush"],
)
def test_a_bad_url_is_not_repeated(url: str) -> None:
    """An error about a URL does not print it: it may hold a password."""
    with pytest.raises(ConfigError) as caught:
        Dsn.parse(url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgres://u@/d?host=/run/pg&port=5999", "/run/pg", 5999),
        ("postgresql+asyncpg://u@[::1]:6000/d", "::1", 6000),
        ("postgresql://u@h/d", "h", 5432),
    ],
)
def test_places(url: str, host: str, port: int) -> None:
    """Sockets, IPv6 and drivers' schemes are read."""
    dsn = Dsn.parse(url)
    assert (dsn.host, dsn.port, dsn.user, dsn.dbname) == (host, port, "u", "d")


def test_a_hash_in_the_password_is_part_of_it() -> None:
    """libpq knows no fragments: `1#2` does not make a port of the `1` and a host of the user."""
    dsn = Dsn.parse("postgresql://u:1#2@h/d")
    assert (dsn.host, dsn.password, dsn.dbname) == ("h", "1#2", "d")
