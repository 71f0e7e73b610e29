"""A strong lock that is waited for without end."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.lock_timeout_ms != 0:
        return
    for lock in seen.locks:
        if lock.blocks_writes and lock.since is None:
            message = (
                f"{lock.mode} on {sized(lock.table)} is waited for without a limit, and all who come after wait behind."
            )
            remedy = (
                "set a limit: `-- nself:lock-timeout=5s` in the file's header, or DB_MIGRATION_STATEMENT_LOCK_TIMEOUT; "
                "what was given up can be run again"
            )
            yield Sighting(table_ref(lock.table), message, remedy)
            return


HAZARD = Hazard(
    id="missing-lock-timeout",
    severity=Severity.WARNING,
    weight=Weight.ALWAYS,
    title="a strong lock is waited for without a limit",
    why=(
        "A statement that waits for a lock holds back all who come after it, also those who only want to read. One "
        "long query is then enough to stop everybody. The runner sets a limit of 5 s; this is about files that take it "
        "away."
    ),
    safe="Leave the runner's limit, or set one that fits.",
    find=_find,
    given="create table orders (id int primary key);",
    bad="-- nself:lock-timeout=0\nalter table orders add column note text;",
    good=("alter table orders add column note text;",),
    squawk=("require-timeout-settings", "require-lock-timeout"),
)
