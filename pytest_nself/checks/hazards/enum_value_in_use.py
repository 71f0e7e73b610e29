"""A new value of an enum that is used before it is committed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Type
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef, quote_literal

_UNCOMMITTED = "55P04"


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    if seen.failure is not None and getattr(seen.failure.__cause__, "sqlstate", None) == _UNCOMMITTED:
        yield Sighting(
            ObjectRef("migration", None, around.label),
            f"{around.label} uses a new value of an enum in the transaction that adds it, which PostgreSQL refuses.",
            "use the value in the next migration",
        )
    for old, new in seen.changes.changed(Type):
        later = around.observed[around.observed.index(seen) + 1 :]
        for label in new.labels:
            literal = quote_literal(label)
            if (
                label not in old.labels
                and len(new.labels) > len(old.labels)
                and any(literal in one.text for one in later)
            ):
                yield Sighting(
                    ObjectRef("type", *new.name, label),
                    f"The value {label!r} of {shown(new.name)} is used in the file that adds it, so that runs as two "
                    "transactions: if the second fails, the first stays.",
                    "use the value in the next migration, so that each is all or nothing",
                    severity=Severity.WARNING,
                )


HAZARD = Hazard(
    id="enum-value-in-use",
    severity=Severity.ERROR,
    weight=Weight.ALWAYS,
    title="a new enum value is used in the migration that adds it",
    why=(
        "PostgreSQL lets nobody use it before it is committed. The runner cuts such a file in two where it sees the "
        "value later on, so it is not all or nothing; where it cannot see that, the migration fails, as with other "
        "tools."
    ),
    safe="One migration adds the value, the next one uses it.",
    find=_find,
    given="create type mood as enum ('sad', 'happy'); create table days (id int primary key, mood mood);",
    bad="alter type mood add value 'ok';\nalter table days alter column mood set default 'ok';",
    good=("alter type mood add value 'ok';", "alter table days alter column mood set default 'ok';"),
)
