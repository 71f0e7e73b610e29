"""Whether seeds can be run again: the second run must leave all rows as the first has left them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.data.seeds.plan import SeedPlan
from pytest_nself.data.seeds.seed_file import SeedFile

from .measuring import Delta, Rows, changes, roots, snapshot
from .trial import Stage, Tried

if TYPE_CHECKING:
    from pytest_nself.core.names import ObjectRef


@dataclass(frozen=True, slots=True)
class Repeated:
    """What the second run did: `first` and `second` file by file, `left` how the content differs after it."""

    first: tuple[Tried, ...]
    second: tuple[Tried, ...]
    left: tuple[Delta, ...]
    findings: Findings

    @property
    def proved(self) -> bool:
        """Whether nothing was wrong."""
        return not self.findings


def repeat(stage: Stage, plan: SeedPlan) -> Repeated:
    """Run the plan twice. What fails at once, and what the second run changes, are findings of severity ERROR."""
    first = stage.run(plan)
    if failed := [one for one in first if one.failure is not None]:
        return Repeated(first, (), (), Findings(map(_failed, failed)))
    touched = roots(stage.shape, [delta.table for one in first for delta in one.deltas if delta.wrote])
    before = snapshot(stage.connection, touched)
    second, by_file = _again(stage, plan, dict(before))
    left = changes(before, snapshot(stage.connection, touched))
    new = tuple(
        delta
        for one in second
        for delta in one.deltas
        if delta.wrote and delta.table not in before and one.failure is None
    )
    found = [_again_failed(one) for one in second if one.failure is not None]
    wrong = {delta.table for delta in (*left, *new)}
    found += list(_changed(by_file, wrong))
    return Repeated(first, second, (*left, *new), Findings(found))


def _again(
    stage: Stage, plan: SeedPlan, known: dict[ObjectRef, Rows]
) -> tuple[tuple[Tried, ...], list[tuple[SeedFile, tuple[Delta, ...]]]]:
    """The second run, file by file, and how each has changed the content."""
    from dataclasses import replace

    tried: list[Tried] = []
    by_file: list[tuple[SeedFile, tuple[Delta, ...]]] = []
    for part in plan.parts:
        (one,) = stage.run(replace(plan, parts=(part,), emptied=()))
        tried.append(one)
        written = [delta for delta in one.deltas if delta.wrote]
        tables = roots(stage.shape, [delta.table for delta in written if delta.table in known])
        now = snapshot(stage.connection, tables)
        unknown = tuple(delta for delta in written if delta.table not in known)
        by_file.append((part.file, (*changes({ref: known[ref] for ref in now}, now), *unknown)))
        known |= now
    return tuple(tried), by_file


def _changed(by_file: Sequence[tuple[SeedFile, tuple[Delta, ...]]], wrong: set[ObjectRef]) -> Iterator[Finding]:
    for file, deltas in by_file:
        bad = [delta for delta in deltas if delta.table in wrong]
        if not bad:
            continue
        said = "; ".join(map(str, bad))
        more = any(delta.inserted for delta in bad)
        yield Finding(
            "seed-not-idempotent",
            Severity.ERROR,
            file.ref,
            f"{file} changes rows when it is run again: {said}.",
            "insert with `on conflict (…)` on a key that the file gives"
            if more
            else "let it set what the row shall have, not what follows from what it has",
            place=file.place,
            evidence={str(one.table): [one.inserted, one.updated, one.deleted] for one in bad},
        )


def _failed(one: Tried) -> Finding:
    assert one.failure is not None
    message = f"{one.failure.problem} {one.failure.cause}"
    return Finding("seed-failed", Severity.ERROR, one.file.ref, message, one.failure.remedy, place=one.failure.place)


def _again_failed(one: Tried) -> Finding:
    assert one.failure is not None
    return Finding(
        "seed-not-idempotent",
        Severity.ERROR,
        one.file.ref,
        f"{one.file} fails when it is run again: {one.failure.cause.splitlines()[0]}.",
        one.failure.remedy,
        place=one.failure.place,
    )
