"""From what was seen of statements to findings, as severe as the tables are large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_nself.core.finding import Finding, Findings, Severity
from pytest_nself.core.names import ObjectRef

from .dangers import BIG_BYTES, BIG_ROWS, described
from .hazard import SIZE, Hazard, Sighting, Weight, ancestors
from .hazards import hazards
from .rehearsed import Observed, Rehearsed
from .relations import Name
from .target import Size

FAILS, UNSENDABLE = "migration-fails", "migration-cannot-be-sent"
"""Findings that are no hazards: the server refuses a statement, or the file holds what cannot be sent to one."""

_LONGEST = 200


def find_hazards(migrations: Iterable[Rehearsed], sizes: Mapping[Name, Size]) -> Findings:
    """The hazards of the statements, in their order; of a table whose size nobody knows the worst is thought."""
    return Findings(finding for one in migrations for finding in _of_migration(one, sizes))


def _of_migration(one: Rehearsed, sizes: Mapping[Name, Size]) -> Iterator[Finding]:
    told_of_failure = False
    for seen in one.observed:
        found = list(_of_statement(seen, one, sizes))
        yield from found
        if seen.failure is not None and found:
            told_of_failure = True
        elif seen.problem is not None and not found:
            message = f"{one.label} cannot be sent: {seen.problem.message}."
            subject = ObjectRef("migration", None, one.label)
            yield Finding(
                UNSENDABLE, Severity.ERROR, subject, message, seen.problem.remedy,
                place=seen.place, evidence={"migration": one.label},
            )  # fmt: skip
    if one.failure is not None and not told_of_failure:
        cause = one.failure.cause.splitlines()[0] if one.failure.cause else one.failure.problem
        subject = ObjectRef("migration", None, one.label)
        evidence = {"migration": one.label, "cause": one.failure.cause}
        yield Finding(
            FAILS, Severity.ERROR, subject, f"{one.label} fails: {cause}", one.failure.remedy,
            place=one.failure.place or one.place, evidence=evidence,
        )  # fmt: skip


def _of_statement(seen: Observed, one: Rehearsed, sizes: Mapping[Name, Size]) -> Iterator[Finding]:
    told: set[Name] = set()
    for hazard in hazards():
        sightings = list(hazard.find(seen, one))
        if hazard.general:
            sightings = [
                sighting
                for sighting in sightings
                if not any(above in told for table in sighting.tables for above in ancestors(seen, table))
            ]
        yield from (_finding(hazard, sighting, seen, one, sizes) for sighting in sightings)
        if hazard.blocks:
            told.update(table for sighting in sightings for table in sighting.tables)


def _finding(hazard: Hazard, sighting: Sighting, seen: Observed, one: Rehearsed, sizes: Mapping[Name, Size]) -> Finding:
    known = [sizes.get(table) for table in sighting.tables]
    size = largest(known)
    text = " ".join(seen.text.split())
    evidence: dict[str, object] = {
        "migration": one.label,
        "statement": text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…",
        "seen": "documented" if seen.alone else "measured" if hazard.measured else "in the text",
    }
    if size is not None:
        evidence |= {"rows_estimate": size.rows, "bytes": size.bytes}
    lock = next((lock for lock in seen.locks if lock.table in sighting.tables), None)
    if lock is not None:
        evidence["lock"] = str(lock)
    return Finding(
        hazard.id,
        severity_of(sighting.severity or hazard.severity, hazard.weight, size),
        sighting.subject,
        sighting.message.replace(SIZE, f" ({described(size)})" if size is not None else ""),
        sighting.remedy,
        place=seen.place,
        evidence=evidence,
    )


def largest(sizes: Iterable[Size | None]) -> Size | None:
    """The largest of tables; None if the size of one is not known, or there is none."""
    known: list[Size] = []
    for size in sizes:
        if size is None:
            return None
        known.append(size)
    return max(known, key=lambda size: (size.rows or 0, size.bytes), default=None)


def severity_of(severity: Severity, weight: Weight, size: Size | None) -> Severity:
    """How bad a hazard is on a table of this size; None: nobody knows."""
    if size is None or weight is Weight.ALWAYS or severity is Severity.INFO:
        return severity
    if size.rows == 0:
        return Severity.INFO
    is_big = (size.rows or 0) >= BIG_ROWS or size.bytes >= BIG_BYTES
    return severity if is_big or weight is Weight.ROWS else Severity(severity - 1)
