"""A delete that says not which rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_nself.checks.alone_locks import names_in
from pytest_nself.checks.hazard import Hazard, Sighting, Weight, sized, table_ref
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.core.finding import Severity
from pytest_nself.migrations.statements import without_comments


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    text = without_comments(seen.text)
    if seen.words[:2] != ("delete", "from") or re.search(r"(?i)\b(?:where|using)\b", text):
        return
    said = names_in(text)
    for table in seen.tables.values():
        if any(table[-len(name) :] == name for name in said) and seen.lock_on(table) is not None:
            remedy = "say which rows, and keep a copy of what may be wanted"
            yield Sighting(table_ref(table), f"All rows of {sized(table)} are deleted.", remedy, (table,))


HAZARD = Hazard(
    id="delete-all",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="all rows of a table are deleted",
    why="They are gone, and no down brings them back; and who wants to change one of so many waits meanwhile.",
    safe="Say which rows are to go.",
    find=_find,
    given="create table orders (id int primary key, placed date);",
    bad="delete from orders;",
    good=("delete from orders where placed < '2020-01-01';",),
    measured=False,
)
