"""Where in a file a run goes on that was cut off: what is done must stand there as it was, what follows may differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from pytest_nself.migrations.ledger import Progress
from pytest_nself.migrations.migration import Way

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
