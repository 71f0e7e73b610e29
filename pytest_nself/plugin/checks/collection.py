"""Items that nobody wrote: collected beside the tests, as `nself::rls[public.orders]`."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.core.errors import NselfError

from .checked import Checked
from .kinds import Kind, name_of
from .selection import ALL, HOME, Selection, Wanted, is_ours
from .subjects import Subject, unknown_name
from .verdict import judge


class Collection:
    """Hooks of a run that collects checks."""

    def __init__(self, checked: Checked, selection: Selection) -> None:
        self._checked = checked
        self._selection = selection

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Take the arguments that name checks out of pytest's sight: it would look for files."""
        config = session.config
        arguments = config.args
        config.args = [one for one in arguments if not is_ours(config, one)]
        try:
            return (yield)
        finally:
            config.args = arguments

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """Behind all files, one more collector."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed and self._selection.wanted:
            checks = Checks.from_parent(collector, checked=self._checked, wanted=self._selection.wanted)
            report.result = [*report.result, checks]
        return report


class Checks(pytest.Collector):
    """What holds the items; no file, so that nothing of pytest that is about files takes it for one."""

    def __init__(self, *, checked: Checked, wanted: Sequence[Wanted], **kwargs: Any) -> None:
        super().__init__(HOME, nodeid=HOME, **kwargs)
        self._checked = checked
        self._wanted = wanted

    def collect(self) -> Iterator[CheckItem]:
        """An item for each subject, kind after kind."""
        for wanted in self._wanted:
            for subject in self._subjects(wanted):
                yield CheckItem.make(self, self._checked, wanted.kind, subject)

    def _subjects(self, wanted: Wanted) -> list[Subject]:
        try:
            known = wanted.kind.subjects(self._checked)
        except NselfError:
            known = None  # asked again when the item runs, which then shows why
        if known is None:
            return [Subject(name) for name in wanted.names or (ALL,)]
        if wanted.names is None:
            return list(known)
        by_name = {subject.name: subject for subject in known}
        for name in wanted.names:
            if name not in by_name:
                error = unknown_name(name, by_name, wanted.kind.ABOUT)
                argument = f"{HOME}::{name_of(wanted.kind)}[{name}]"
                raise self.CollectError(f"not found: {argument}\n{error}")
        return [by_name[name] for name in wanted.names]


class CheckItem(pytest.Item):
    """One check of one subject."""

    def __init__(self, *, checked: Checked, kind: Kind, subject: Subject, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._checked = checked
        self._kind = kind
        self._subject = subject
        self.add_marker(f"nself_{name_of(kind)}")

    @classmethod
    def make(cls, parent: Checks, checked: Checked, kind: Kind, subject: Subject) -> CheckItem:
        """The item of this subject."""
        name = name_of(kind) + (f"[{subject.name}]" if subject.name else "")
        item: CheckItem = cls.from_parent(
            parent, name=name, nodeid=f"{HOME}::{name}", checked=checked, kind=kind, subject=subject
        )
        return item

    def runtest(self) -> None:
        """Ask, and fail with what is wrong."""
        name = self._subject.name
        judge(self, self._checked, self._kind, None if name in ("", ALL) else (name,), None)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Of an error that nobody foresaw, what is below us."""
        excinfo.traceback = excinfo.traceback.cut(path=Path(__file__))
        return super().repr_failure(excinfo, style or "short")

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Where the subject stands: file, and line counted from 0."""
        place = self._subject.place
        if place is None:
            return self.config.rootpath / HOME, None, self.name
        line = place.line - 1 if place.line is not None else None
        return Path(self.config.rootpath, place.path), line, self.name
