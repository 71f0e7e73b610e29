"""What `nself db seed verify` says when it is done."""

from __future__ import annotations

from dataclasses import dataclass

from nself_cli.commands.seed.verify import _text
from pytest_nself.core.names import ObjectRef


@dataclass
class _Table:
    ref: ObjectRef


@dataclass
class _Compared:
    table: _Table
    expected: int
    hidden: bool = False
    missing: int = 0
    changed: int = 0
    extra: int = 0
    more: bool = False
    key: str = "id"


def _said(*found: _Compared) -> str:
    return _text(found, (), "the files").splitlines()[-1]  # type: ignore[arg-type]


def test_hidden_rows_are_not_called_there() -> None:
    """The word all is said only where every row could be looked at; rows that a policy hides are counted apart."""
    users, secrets = _Table(ObjectRef("table", None, "users")), _Table(ObjectRef("table", None, "secrets"))
    assert _said(_Compared(users, 4)) == "All 4 rows are there as they should be."
    assert _said(_Compared(users, 4), _Compared(secrets, 2, hidden=True)) == (
        "4 rows are there as they should be. Of 2 more it cannot be told: row-level security hides them."
    )
    assert _said(_Compared(users, 4, missing=1)) == "3 of 4 rows are there as they should be."
