"""A migration that is not written yet, tried as it would be written: from its files, behind all others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pytest_nself.checks.roundtrip import Judged, Verdict, round_trip
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE, SHARED
from pytest_nself.core.step import Statement, Step, WriteFile
from pytest_nself.execute.files import write_files
from pytest_nself.migrations.layouts import read_migrations

from .states import Workshop

_NO_TRANSACTION = "-- nself:no-transaction\n"
_GOOD = (Verdict.EXACT, Verdict.REORDERED, Verdict.LEFT_BEHIND)


def text_of(plan: Plan) -> str:
    """The statements as a migration holds them; where one must be committed by itself, each is."""
    steps = [step for step in plan.steps if isinstance(step, Statement)]
    alone = any(step.sql.transaction is not SHARED for step in steps[:-1]) or any(
        step.sql.transaction is ALONE for step in steps
    )
    texts = [step.sql.text.strip().rstrip(";") + ";\n" for step in steps]
    return (_NO_TRANSACTION if alone else "") + "\n".join(texts)


def tried(shop: Workshop, folder: Path, files: Plan) -> Judged:
    """The round trip of the new migration behind the others, from its files."""
    with copy_with(folder, files) as copy:
        migrations = read_migrations(copy)
        newest = migrations.migrations[-1].version
        (judged,) = round_trip(migrations, shop.databases, versions={newest}).migrations
        return judged


@contextmanager
def copy_with(folder: Path, files: Plan) -> Iterator[Path]:
    """A copy of the migrations folder in which the plan's files are written; gone afterwards."""
    with TemporaryDirectory() as place:
        copy = Path(place) / "migrations"
        if folder.is_dir():
            shutil.copytree(folder, copy)
        write_files(Plan(files.title, tuple(_elsewhere(step, folder, copy) for step in files.steps)))
        yield copy


def _elsewhere(step: Step, folder: Path, copy: Path) -> WriteFile:
    assert isinstance(step, WriteFile)  # plan_create() makes no others
    return replace(step, path=str(copy / Path(step.path).relative_to(folder)))


def wrong_with(judged: Judged) -> list[str]:
    """What speaks against the migration, in sentences."""
    if judged.verdict in _GOOD:
        return []
    said = judged.failure.said if judged.failure is not None else judged.reason
    failure = f": {said.rstrip('.')}" if said else ""
    return [f"As written it does not stand its round trip ({judged.verdict.value}){failure}."]
