"""Where in a file a run goes on that was cut off: what is done must stand there as it was, what follows may differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.place import Place
from pytest_nself.migrations.ledger import Progress
from pytest_nself.migrations.migration import Migration, Way
from pytest_nself.migrations.statements import place_at

from .alone import Again
from .leftovers import Cleanup
from .transactions import Part, is_setting

_NOTHING = sha256().hexdigest()


def checksums(text: str, parts: Sequence[Part]) -> tuple[str, ...]:
    """Of what stands in the file up to the end of each part, from none to all; comments around statements aside."""
    found = [_NOTHING] * (len(parts) + 1)
    for number, _, checksum in _read(text, parts):
        found[number:] = [checksum] * (len(found) - number)
    return tuple(found)


def resume(progress: Progress, way: Way, parts: Sequence[Part]) -> tuple[tuple[Part, ...], int] | None:
    """The parts of the file as it is now, and which of them, from 1, `progress` speaks of; None for an edit before it.

    A transaction of which the first statements are done, since the cut was another one before, is cut there. Rows of
    earlier releases hold the checksum of the whole text.
    """
    if progress.checksum == way.checksum:
        return (tuple(parts), progress.part) if progress.part <= len(parts) else None
    if not progress.begun:
        ends = {_NOTHING: 0} | {checksum: end for _, end, checksum in _read(way.text, parts)}
        if progress.checksum not in ends:
            return None
        parts = _cut_at(way.text, parts, ends[progress.checksum])
    known = checksums(way.text, parts)
    if progress.checksum not in known:
        return None
    number = known.index(progress.checksum)
    if progress.begun and (number == 0 or parts[number - 1].alone is None):
        return None
    return tuple(parts), number + progress.refused


def go_on(migration: Migration, way: Way, parts: Sequence[Part], standing: Progress) -> tuple[tuple[Part, ...], int]:
    """What `resume` gives. Raises MigrationError for an edit in what is behind it."""
    found = resume(standing, way, parts)
    if found is None:
        raise MigrationError(
            f"{migration} is half-way, and its file was edited since.",
            f"The edit is in what stands up to part {standing.part}, which was {standing.state}; where to go on in the "
            "file as it is now is not known. Nothing was sent to the database.",
            "bring that back to what it was and run this again (what follows it may be edited); or finish by hand, "
            f"then: nself db migrate resolve --migration {migration.version_text} --applied (or --not-applied)",
            place=Place(way.place.path),
        )
    return found


def cleanup_before(
    migration: Migration,
    way: Way,
    parts: Sequence[Part],
    number: int,
    standing: Progress,
    found: Sequence[Sequence[str]] | None,
) -> Cleanup:
    """What must be done before a statement is run again that was refused, or whose end nobody saw.

    `found` is what the look at the database gave. Raises MigrationError where that does not tell.
    """
    part = parts[number - 1]
    alone = part.alone
    if alone is None or alone.again is Again.RUN or (standing.refused and alone.look is None):
        return Cleanup()
    cleanup = alone.cleanup(found) if found is not None else None
    place = place_at(way.text, part.start, way.place)
    if cleanup is not None and cleanup.busy:
        raise MigrationError(
            f"{migration} is half-way, and another session is building an index on its table.",
            f"{cleanup.busy} is not valid yet, and may be the one. Nothing was sent to the database.",
            "wait until it has ended (pg_stat_progress_create_index), then run this again",
            place=place,
        )
    if standing.refused:
        # It did not take effect: what looks like its effect is somebody else's.
        return cleanup if cleanup is not None and cleanup.first else Cleanup()
    if cleanup is None:
        may = "" if alone.whole else "; it may have committed in part, also if the server answered with an error"
        raise MigrationError(
            f"{migration} is half-way: `{alone.what}` was begun, and how it ended is not known.",
            f"It is part {number} of {len(parts)} and ran outside a transaction{may}. The database does not show "
            "whether it took effect. Nothing was sent to the database.",
            "look, then say how it stands: nself db migrate resolve --migration "
            f"{migration.version_text} --part-done (go on after it) or --part-not-done (run it again)",
            place=place,
        )
    return cleanup


def _read(text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int, str]]:
    """After each statement: its part, where it ends, and the checksum of it and all before it."""
    digest, position = sha256(), -1
    for number, part in enumerate(parts, 1):
        for one in (*part.session, *part.statements):
            if one.start <= position:
                continue  # a setting that an earlier part has brought
            position = one.start
            for start, end in [(one.start, one.end), *([one.data] if one.data else [])]:
                digest.update(text[start:end].replace("\r\n", "\n").encode() + b"\0")
            yield number, one.end, digest.hexdigest()


def _cut_at(text: str, parts: Sequence[Part], offset: int) -> tuple[Part, ...]:
    found: list[Part] = []
    for part in parts:
        done = tuple(one for one in part.statements if one.end <= offset)
        rest = part.statements[len(done) :]
        if done and rest:
            settings = tuple(one for one in done if is_setting(text, one))
            found.append(part._replace(end=done[-1].end, statements=done))
            found.append(part._replace(start=rest[0].start, statements=rest, session=part.session + settings))
        else:
            found.append(part)
    return tuple(found)
