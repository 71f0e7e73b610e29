"""What the server said of a seed: with the line of the file, and what of the run is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_nself.core.errors import StepFailed

from .ledger import recorded
from .plan import Part, SeedPlan
from .seed_file import SeedError, SeedKind
from .upsert import place_of_failure

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


def told(plan: SeedPlan, part: Part, error: StepFailed) -> SeedFailed:
    """The error with the file's own place, and a remedy that fits a seed."""
    place = error.place
    cause: Any = error.__cause__
    diag = getattr(cause, "diag", None)
    for one in part.upserts:
        if one.step is error.step or one.step.place == getattr(error.step, "place", None):
            place = place_of_failure(one, diag) if diag is not None else one.rows[0].place
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
    failed = SeedFailed(f"The seed {part.file} failed.", error.cause, remedy, place=place, report=error.report)
    failed.step, failed.unknown = error.step, error.unknown
    failed.__cause__ = cause
    return failed
