"""A constraint of a domain, for which every table that uses it is read."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import SIZE, Hazard, Sighting, Weight
from pytest_nself.checks.rehearsed import Observed, Rehearsed, shown
from pytest_nself.checks.relations import Constraint, Type
from pytest_nself.core.finding import Severity
from pytest_nself.core.names import ObjectRef


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    tables = tuple(
        scan.table for scan in seen.scans if (lock := seen.lock_on(scan.table)) is not None and lock.blocks_writes
    )
    names = {one.name for one in seen.changes.new(Constraint) if one.domain and one.validated and one.kind == "c"}
    names |= {new.name[1] for old, new in seen.changes.changed(Type) if new.not_null and not old.not_null}
    if not tables or not names:
        return
    said = ", ".join(map(shown, tables))
    for name in sorted(names):
        yield Sighting(
            ObjectRef("domain", None, name),
            f"The domain's constraint {name} reads {said}{SIZE} from end to end; nobody can write there meanwhile.",
            "alter domain … add constraint … check (…) not valid, and in the next migration alter domain … validate "
            "constraint, which holds writers back as well; or put the check on the table",
            tables,
        )


HAZARD = Hazard(
    id="domain-constraint",
    severity=Severity.ERROR,
    weight=Weight.SIZE,
    title="a domain gets a constraint, for which every table that uses it is read",
    why=(
        "Each table with a column of the domain is read under SHARE, all in one transaction: nobody can write "
        "meanwhile."
    ),
    safe="Check constraints of the tables, `not valid`, then validated one by one while others go on.",
    find=_find,
    given="create domain amount as int; create table orders (id int primary key, total amount);",
    bad="alter domain amount add constraint amount_positive check (value >= 0);",
    good=(
        "alter table orders add constraint orders_total check (total >= 0) not valid;",
        "alter table orders validate constraint orders_total;",
    ),
    blocks=True,
    squawk=("ban-alter-domain-with-add-constraint",),
)
