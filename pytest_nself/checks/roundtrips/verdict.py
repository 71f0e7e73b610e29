"""What a round trip says of a migration: a verdict, what differs, and what rows were lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place


class Class(Enum):
    """What kind of difference it is; by this it fails, warns or is told."""

    STRUCTURE = "structure"
    SECURITY = "security"
    ORDER = "order"
    ENVIRONMENT = "environment"
    COSMETIC = "cosmetic"


class Verdict(Enum):
    """What became of one migration. Each value is how it is shown."""

    EXACT = "exact"
    REORDERED = "reordered"
    COSMETIC = "cosmetic"
    LEFT_BEHIND = "left behind"
    DIFFERS = "differs"
    MISSING = "down missing"
    EMPTY = "down empty"
    COMMENTS = "comment only"
    UNPARSABLE = "unparsable"
    FAILS = "fails"
    SECOND_UP_FAILS = "second up fails"
    UP_FAILS = "up fails"
    FAILS_FILLED = "fails on filled tables"
    UNWIND_FAILS = "fails when unwound"
    IRREVERSIBLE = "irreversible"
    NO_DOWNS = "no downs"
    UNJUDGED = "not judged"

    @property
    def fails(self) -> bool:
        """Whether a migration of this verdict has failed the check, whatever is strict."""
        return self in _FAILING

    @property
    def has_no_down(self) -> bool:
        """Whether nothing stands there that could be run."""
        return self in (Verdict.MISSING, Verdict.EMPTY, Verdict.COMMENTS, Verdict.NO_DOWNS)


_FAILING = frozenset(
    {
        Verdict.DIFFERS,
        Verdict.UNPARSABLE,
        Verdict.FAILS,
        Verdict.SECOND_UP_FAILS,
        Verdict.UP_FAILS,
        Verdict.FAILS_FILLED,
        Verdict.UNWIND_FAILS,
        Verdict.MISSING,
        Verdict.EMPTY,
        Verdict.COMMENTS,
    }
)

OF_CLASS = {
    Class.STRUCTURE: Verdict.DIFFERS,
    Class.SECURITY: Verdict.DIFFERS,
    Class.ORDER: Verdict.REORDERED,
    Class.ENVIRONMENT: Verdict.LEFT_BEHIND,
    Class.COSMETIC: Verdict.COSMETIC,
}
"""The verdict of a migration whose worst difference is of this class; the classes stand worst first."""

AFTER_DOWN, AFTER_SECOND_UP, AFTER_UNWIND = "up and down", "up, down and up again", "the unwind from the head"


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute of one object, before and after as the catalog has them (None: not said, or no such object).

    `attribute` is empty where the object itself is there in one state only. `after_what` says at which point of the
    trip it was seen, `undo` is a statement that would mend it, empty where none is known.
    """

    subject: ObjectRef
    attribute: str
    before: str | None
    after: str | None
    cls: Class
    after_what: str = AFTER_DOWN
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """What the server, or the scanner, refused: where, in whose words, and what to do."""

    place: Place | None
    said: str
    remedy: str = ""
    sqlstate: str | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Rows, values of a column, or a sequence's value that did not come back.

    `part` is the column, None for rows. `had` and `has` are counts of rows, or of values that are not null; for a
    sequence its last values. `changed` says that as many came back, but others. `forth`: the trip up and down lost it;
    otherwise the trip down and up did, which takes with it what the up itself has made room for.
    """

    table: ObjectRef
    part: str | None
    had: int
    has: int
    changed: bool = False
    forth: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of one migration after the trip. `place` is its down's, or its up's where there is no down.

    `reason` is why it is irreversible, or not judged. `changes_nothing`: its up leaves the schema as it is. `up_only`:
    its file has no place for a down.
    """

    label: str
    version: int
    verdict: Verdict
    place: Place | None = None
    differences: tuple[Difference, ...] = ()
    failure: Failure | None = None
    losses: tuple[Loss, ...] = ()
    reason: str = ""
    changes_nothing: bool = False
    up_only: bool = False


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """All of it. `unfilled` are tables that got no rows, with the reason."""

    folder: str
    migrations: tuple[Judged, ...] = ()
    unfilled: tuple[tuple[ObjectRef, str], ...] = ()
    with_rows: bool = False
    server: str = ""
    took_ms: float = 0.0

    def named(self, label: str) -> Judged | None:
        """The migration of this label."""
        return next((one for one in self.migrations if one.label == label), None)

    def counted(self) -> dict[Verdict, int]:
        """How many there are of each verdict, in the order of Verdict."""
        counts = dict.fromkeys(Verdict, 0)
        for judged in self.migrations:
            counts[judged.verdict] += 1
        return {verdict: count for verdict, count in counts.items() if count}
