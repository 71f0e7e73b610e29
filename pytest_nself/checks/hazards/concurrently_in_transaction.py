"""A statement that cannot run in a transaction, inside of one."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef

_INSIDE = "25001"


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    refused = seen.failure is not None and getattr(seen.failure.__cause__, "sqlstate", None) == _INSIDE
    between = seen.problem is not None and "concurrently" in seen.problem.message.lower()
    if refused or between:
        yield Sighting(
            ObjectRef("migration", None, around.label),
            f"{around.label} does in a transaction what PostgreSQL does only outside of one.",
            "take the statement out of its begin and commit, `do` block or function, and let it stand in a migration "
            "of its own",
        )


HAZARD = Hazard(
    id="concurrently-in-transaction",
    severity=Severity.ERROR,
    weight=Weight.ALWAYS,
    title="CONCURRENTLY is said inside of a transaction",
    why=(
        "PostgreSQL refuses it there. Where a file says no begin of its own, the runner keeps it out of its "
        "transaction."
    ),
    safe="Without `begin` and `commit`, in a migration of its own.",
    find=_find,
    given="create table orders (id int primary key, customer int);",
    bad="begin;\ncreate index concurrently orders_customer on orders (customer);\ncommit;",
    good=("create index concurrently orders_customer on orders (customer);",),
    squawk=("ban-concurrent-index-creation-in-transaction",),
)
