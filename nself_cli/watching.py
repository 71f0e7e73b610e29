"""Looking on while a plan is executed: each statement with --verbose, else a line of progress on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import present
from .invocation import Invocation

if TYPE_CHECKING:
    from pytest_nself.execute.executor import Progress, Watch


def watching(invocation: Invocation) -> Watch | None:
    """Whom `execute` tells before each message; None where nobody looks on."""
    if not invocation.verbose and not present.shows_progress(invocation):
        return None
    return lambda progress: _show(invocation, progress)


def _show(invocation: Invocation, progress: Progress) -> None:
    if not invocation.verbose:
        present.progress(invocation, f"{progress.number}/{progress.of} {progress.steps[0].title}")
        return
    from pytest_nself.core.step import Statement

    for step in progress.steps:
        place = f" ({step.place})" if isinstance(step, Statement) and step.place is not None else ""
        present.note(invocation, f"-- {step.title}{place}")
        if isinstance(step, Statement):
            present.note(invocation, step.sql.text.rstrip())
