"""No secret is ever printed."""

from __future__ import annotations

import traceback

from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.dsn import Dsn

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6, max_size=30)


@given(password=TEXT, dbname=TEXT, user=TEXT)
def test_a_dsn_shows_no_password(password: str, dbname: str, user: str) -> None:
    """Neither str, repr, format nor a traceback shows a DSN's password, and url() brings it back whole."""
    secret = f"§{password}§"
    dsn = Dsn("db.example.com", 5433, dbname, user, secret)
    try:
        raise RuntimeError(dsn)
    except RuntimeError as error:
        told = traceback.format_exception(error)
    for text in (str(dsn), repr(dsn), f"{dsn}", *told):
        assert secret not in text
    assert Dsn.parse(dsn.url()) == dsn
