"""A begin, commit or rollback inside of the migration's own transaction."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef

_CONTROL = frozenset({"begin", "start", "commit", "end", "rollback", "abort", "prepare"})


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.problem is not None and seen.words[:1] and seen.words[0] in _CONTROL:
        yield Sighting(
            ObjectRef("migration", None, around.label),
            f"{around.label} ends or begins a transaction in its midst: {seen.problem.message}.",
            seen.problem.remedy,
        )


HAZARD = Hazard(
    id="nested-transaction",
    severity=Severity.ERROR,
    weight=Weight.ALWAYS,
    title="a transaction is begun or ended inside of the migration's own",
    why=(
        "A commit in the midst would leave the first half standing when the second fails, and the ledger would not "
        "know. The runner refuses such a file; other tools run it."
    ),
    safe="Leave them out: each migration is one transaction.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="alter table orders add column a int;\ncommit;\nalter table orders add column b int;",
    good=("alter table orders add column a int;\nalter table orders add column b int;",),
    measured=False,
    squawk=("transaction-nesting", "ban-uncommitted-transaction"),
)
