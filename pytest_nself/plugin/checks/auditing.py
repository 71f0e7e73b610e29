"""The fixture `nself_audit`: rules, asked where the test works."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pytest

from pytest_nself.core.errors import NselfError

from .checked import full_view, where
from .subjects import tables_named
from .verdict import AUDITED

if TYPE_CHECKING:
    from pytest_nself.core.finding import Findings
    from pytest_nself.plugin.worker import Worker

    from .checked import Checked


class Audit:
    """`nself_audit()`, `nself_audit("fk-without-index")`, `nself_audit(tables=["orders"])`: the findings."""

    def __init__(self, worker: Worker, item: pytest.Item, checked: Checked) -> None:
        self._worker = worker
        self._item = item
        self._checked = checked

    def __call__(
        self, *rules: str, groups: Collection[str] | None = None, tables: Collection[str] | None = None
    ) -> Findings:
        """What these rules find (none named: all), of these groups, about these tables.

        Looked at is the test's transaction if it has one, with what it has changed; else its clone or the committed
        database; never as the role under test. The baseline is taken off. ConfigError for a name that nothing has.
        """
        __tracebackhide__ = True
        try:
            found = self._ask(rules or None, groups, tables)
        except NselfError as error:
            raise error.with_traceback(None) from None  # it is about the words in the test
        self._item.stash.setdefault(AUDITED, []).extend(found)
        return found

    def _ask(
        self, rules: tuple[str, ...] | None, groups: Collection[str] | None, tables: Collection[str] | None
    ) -> Findings:
        from pytest_nself.checks.audit import audit, audited_tables

        with full_view(self._worker, where(self._worker, self._item)) as connection:
            wanted = None
            if tables is not None:
                wanted = tables_named(tuple(tables), [str(table) for table in audited_tables(connection)])
            found = audit(connection, rules, groups=groups, tables=wanted)
        return self._checked.counting(found)
