"""Sql and Secret."""

from __future__ import annotations

import pickle

import pytest

from pytest_nself.core.secret import Secret
from pytest_nself.core.sql import SHARED, Sql
from pytest_nself.core.step import Statement


def test_sql_shares_its_transaction_unless_told() -> None:
    """SQL without more said runs in the transaction beside it."""
    assert Sql("select 1").transaction is SHARED
    assert str(Sql("select 1")) == "select 1"


def test_a_secret_prints_as_stars() -> None:
    """No way of printing shows a secret, nor does a step that binds it; only reveal() does."""
    secret = Secret("hush")
    shown = f"{secret} {secret!r} {secret:>5} {[secret]} {Statement('t', Sql('select %s'), (secret,))}"
    assert "hush" not in shown
    assert secret.reveal() == "hush"
    assert secret == Secret("hush")


def test_a_secret_does_not_leave_the_process() -> None:
    """Pickling would write it in clear text, so it fails."""
    with pytest.raises(TypeError):
        pickle.dumps(Secret("hush"))
