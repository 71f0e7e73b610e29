"""What the server said of a seed: with the line of the file, and what of the run is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_nself.core.errors import StepFailed
from pytest_nself.core.place import Place

from .ledger import recorded
from .plan import Part, SeedPlan
from .seed_file import SeedError, SeedKind
from .upsert import Upsert, place_of_failure

_UNIQUE, _MISSING_PARENT = "23505", "23503"


class SeedFailed(SeedError, StepFailed):
    """A seed that the server refused: `place` is the value's or statement's, `report` says what is done."""


@contextmanager
def naming_seeds(plan: SeedPlan) -> Iterator[None]:
    """Say of a failed step which file, and which line of it, the server refused."""
    try:
        yield
    except SeedFailed:
        raise
    except StepFailed as error:
        part = part_of(plan, error.step)
        if part is None:
            raise
        raise told(plan, part, error) from error.__cause__


def part_of(plan: SeedPlan, step: Any) -> Part | None:
    """The file that a step belongs to."""
    name = recorded(step)
    for part in plan.parts:
        if name == part.file.name or any(one.title == getattr(step, "title", None) for one in part.steps):
            return part
    return None


def _standing(plan: SeedPlan, part: Part, error: StepFailed) -> str:
    """Which files of the run are loaded for good."""
    ends = [name for step in plan.plan.steps[: error.report.committed_steps] if (name := recorded(step))]
    left = len(plan.parts) - len(ends) - 1
    text = f"{len(ends)} of {len(plan.parts)} seeds of this run are loaded"
    text += f" (the last is {ends[-1]})" if ends else ""
    text += f"; {part.file} {'may be loaded' if error.unknown else 'is rolled back'}"
    return f"{text}{f'; {left} more not started' if left else ''}."


def _position(upsert: Upsert, error: StepFailed) -> int | None:
    """The character (from 1) of the statement that the server stumbled over.

    It counts from the beginning of a message, in which other statements may travel: the place, by which the sender
    says it, is turned back.
    """
    diag: Any = getattr(error.__cause__, "diag", None)
    said: str | None = getattr(diag, "statement_position", None)
    begin = upsert.step.place
    place: Place | None = error.place
    if not said or upsert.step.params:
        return int(said) if said is not None else None
    if begin is None or place is None or begin.line is None or place.line is None or place.column is None:
        return None
    lines = upsert.step.sql.text.split("\n")
    down = place.line - begin.line
    if not 0 <= down < len(lines):
        return None
    column = place.column - (0 if down else (begin.column or 1) - 1)
    return sum(len(line) + 1 for line in lines[:down]) + column


def told(plan: SeedPlan, part: Part, error: StepFailed) -> SeedFailed:
    """The error with the file's own place, and a remedy that fits a seed."""
    place = error.place
    cause: Any = error.__cause__
    diag = getattr(cause, "diag", None)
    for one in part.upserts:
        if one.step is error.step or one.step.place == getattr(error.step, "place", None):
            place = place_of_failure(one, diag, _position(one, error)) if diag is not None else one.rows[0].place
            break
    state = getattr(cause, "sqlstate", None)
    remedy = error.remedy
    if state == _UNIQUE and part.file.kind is SeedKind.SQL:
        remedy = (
            "write `on conflict … do nothing` or `do update`, so that the seed can be run again; or correct the row"
        )
    elif state == _MISSING_PARENT:
        remedy = (
            "load the row that is missing before: `-- +seed:depends-on FILE`, or a lower number; or correct the key"
        )
    elif state in ("22P02", "23502", "23514", "42703", "42P01", _UNIQUE):
        remedy = "correct the seed where it no longer fits the schema"
    said = error.cause
    for secret in part.secrets:
        text = secret.reveal()
        # In JSON it is written otherwise.
        said = said.replace(text, "***").replace(json.dumps(text, ensure_ascii=False)[1:-1], "***")
    if error.report is not None and not any(one.is_script for one in plan.parts):
        said = f"{said}\n{_standing(plan, part, error)}"
    failed = SeedFailed(f"The seed {part.file} failed.", said, remedy, place=place, report=error.report)
    failed.step, failed.unknown = error.step, error.unknown
    failed.__cause__ = cause
    return failed
