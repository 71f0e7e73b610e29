"""Looking on while a plan is executed: what is sent with --verbose, else a line of progress on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import present
from .invocation import Invocation

if TYPE_CHECKING:
    from pytest_nself.core.plan import Plan
    from pytest_nself.execute.executor import Progress, Watch


def watching(invocation: Invocation, plan: Plan) -> Watch | None:
    """Whom `execute` tells before each message of the plan; None where nobody looks on."""
    if invocation.verbose:
        return lambda progress: _sent(invocation, progress)
    if not present.shows_progress(invocation):
        return None
    from pytest_nself.migrations.planning.recording import recorded_by

    ends = [(number, label) for number, step in enumerate(plan.steps, 1) if (label := recorded_by(step))]

    def show(progress: Progress) -> None:
        done = sum(number < progress.number for number, _ in ends)
        if done < len(ends):
            present.progress(invocation, f"{done + 1}/{len(ends)} {ends[done][1]}{_part(progress)}")

    return show


def _part(progress: Progress) -> str:
    """` (part 2 of 3)`, where the migration runs in parts."""
    titles = [step.title for step in progress.steps if step.title.endswith(")") and " (part " in step.title]
    return f" (part {titles[0].rpartition(' (part ')[2]}" if titles else ""


def _sent(invocation: Invocation, progress: Progress) -> None:
    from pytest_nself.core.step import Statement

    for text, step in progress.texts:
        if step is not None:
            place = f" ({step.place})" if isinstance(step, Statement) and step.place is not None else ""
            present.note(invocation, f"-- {step.title}{place}")
        present.note(invocation, text.rstrip())
