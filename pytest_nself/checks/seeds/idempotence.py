"""Whether seeds can be run again: the second run must leave all rows as the first has left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.data.seeds.plan import SeedPlan

from .measuring import Delta, Rows, changed_keys, changes, roots, snapshot
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
    again = _again(stage, plan, dict(before))
    after = snapshot(stage.connection, touched)
    wrong = changed_keys(before, after)
    unknown = tuple(delta for one in again for delta in one.unknown)
    found = [_again_failed(one.tried) for one in again if one.tried.failure is not None]
    found += [finding for one in again if (finding := _changed(one, wrong)) is not None]
    second = tuple(one.tried for one in again)
    return Repeated(first, second, (*changes(before, after), *unknown), Findings(found))


@dataclass(frozen=True, slots=True)
class _Second:
    """One file in the second run: how it changed the content of tables that the first run wrote, and which rows.

    `unknown` are writes to tables that the first run did not write.
    """

    tried: Tried
    deltas: tuple[Delta, ...]
    keys: Mapping[ObjectRef, set[str]]
    unknown: tuple[Delta, ...]


def _again(stage: Stage, plan: SeedPlan, known: dict[ObjectRef, Rows]) -> list[_Second]:
    """The second run, file by file; `known` is the content before it, kept up to date."""
    found: list[_Second] = []
    for part in plan.parts:
        if part.file.marks.generated:
            continue  # it is run once
        (tried,) = stage.run(replace(plan, parts=(part,), emptied=()))
        written = [delta for delta in tried.deltas if delta.wrote]
        now = snapshot(stage.connection, roots(stage.shape, [delta.table for delta in written if delta.table in known]))
        was = {ref: known[ref] for ref in now}
        unknown = tuple(delta for delta in written if delta.table not in known)
        found.append(_Second(tried, changes(was, now), changed_keys(was, now), unknown))
        known |= now
    return found


def _changed(one: _Second, wrong: Mapping[ObjectRef, set[str]]) -> Finding | None:
    """What of the difference is this file's; one that puts back what another changes is not blamed."""
    bad = [delta for delta in one.deltas if one.keys[delta.table] & wrong.get(delta.table, set())]
    bad += one.unknown
    if not bad:
        return None
    file = one.tried.file
    said = "; ".join(map(str, bad))
    return Finding(
        "seed-not-idempotent",
        Severity.ERROR,
        file.ref,
        f"{file} changes rows when it is run again: {said}.",
        "insert with `on conflict (…)` on a key that the file gives"
        if any(delta.inserted for delta in bad)
        else "let it set what the row shall have, not what follows from what it has",
        place=file.place,
        evidence={str(delta.table): [delta.inserted, delta.updated, delta.deleted] for delta in bad},
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
