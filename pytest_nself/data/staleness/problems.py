"""What is wrong with a set, said so that one knows what to do; and the edits that do it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pytest_nself.core.finding import Finding, Severity
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place

_SHOWN = 8
EDITABLE = frozenset({".yml", ".yaml", ".json"})
"""The files that `--fix` writes."""


class Fix(Enum):
    """Who can mend it."""

    SAFE = "safe"
    """`--fix` writes it."""
    ASKS = "asks"
    """Somebody must choose."""
    NONE = "none"


class MendKind(Enum):
    """What is done at a place of a file."""

    RENAME_KEY = "rename key"
    REMOVE_KEY = "remove key"
    SET_VALUE = "set value"
    RENAME_TABLE = "rename table"


@dataclass(frozen=True, slots=True)
class Mend:
    """An edit. `place` is that of the value, for a table that of the file; `old` and `new` are names or texts.

    `text` tells whether a new value is a text; else it is a number, a date or a truth value.
    """

    kind: MendKind
    place: Place
    old: str = ""
    new: str = ""
    text: bool = True


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that a problem is about: `users.bob`, where it stands, and what is said of it alone."""

    name: str
    place: Place
    said: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `sentence` is about the schema, `proof` how we know, `rows` who suffers from it."""

    rule: str
    set_name: str
    sentence: str
    proof: str = ""
    rows: tuple[BadRow, ...] = ()
    beside: str = ""
    remedy: str = ""
    fix: Fix = Fix.NONE
    mends: tuple[Mend, ...] = ()
    severity: Severity = Severity.ERROR
    place: Place | None = None
    migration: str = ""

    @property
    def finding(self) -> Finding:
        """The same as a finding; its place is that of the first bad row."""
        rows = [{"row": row.name, "place": str(row.place), "said": row.said} for row in self.rows]
        message = " ".join(part for part in (self.head, *self.lines(), self.beside) if part)
        return Finding(
            self.rule,
            self.severity,
            ObjectRef("fixture set", None, self.set_name),
            message,
            self.remedy,
            place=self.place or (self.rows[0].place if self.rows else None),
            evidence={"rows": rows, "migration": self.migration, "fix": self.fix.value},
        )

    @property
    def head(self) -> str:
        """`users.full_name was renamed to display_name (migration 0012; the same column by its attnum 4).`"""
        proof = "; ".join(part for part in (self.migration, self.proof) if part)
        return f"{self.sentence} ({proof})." if proof else f"{self.sentence}."

    def lines(self) -> list[str]:
        """Which rows suffer: in one line where nothing is to be said of each."""
        if not self.rows:
            return []
        if any(row.said for row in self.rows):
            shown = [f"{row.place}: {row.name} {row.said}".rstrip() for row in self.rows[:_SHOWN]]
            more = len(self.rows) - _SHOWN
            return [*shown, *([f"and {more} more rows, which --json lists"] if more > 0 else [])]
        return [f"{counted(len(self.rows), 'row')}: {listed(row.place for row in self.rows)}"]


def listed(places: Iterable[Place]) -> str:
    """`fixtures/a.yml:6, 7 and 9; fixtures/b.yml:3`."""
    by_path: dict[str, list[int]] = {}
    for place in dict.fromkeys(places):
        lines = by_path.setdefault(place.path, [])
        if place.line is not None and place.line not in lines:
            lines.append(place.line)
    return "; ".join(_lines(path, lines) for path, lines in by_path.items())


def _lines(path: str, lines: Sequence[int]) -> str:
    if not lines:
        return path
    shown = [str(line) for line in sorted(lines)[:_SHOWN]]
    if (more := len(lines) - len(shown)) > 0:
        return f"{path}:{', '.join(shown)} and {more} more"
    return f"{path}:{' and '.join([', '.join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]}"


def counted(number: int, noun: str) -> str:
    """`1 row`, `3 rows`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def mended(path: Path, mends: Iterable[Mend]) -> tuple[bytes, bytes]:
    """The bytes of a file as they are, and with the edits done."""
    from .edits import Document, Edit

    before = path.read_bytes()
    document = Document(before.decode("utf-8"), is_json=path.suffix.lower() == ".json")
    edits: list[Edit] = []
    for mend in mends:
        if mend.kind is MendKind.RENAME_TABLE:
            edits += [document.rename(pair, mend.new) for pair in document.table_pairs(mend.old)]
        elif mend.kind is MendKind.SET_VALUE:
            node = document.scalar(mend.place)
            edits += [] if node is None else [document.replace(node, mend.new, text=mend.text)]
        else:
            for pair in document.pairs(mend.place):
                if str(pair.key.value).strip('"') != mend.old:
                    continue
                rename = mend.kind is MendKind.RENAME_KEY
                edits.append(document.rename(pair, mend.new) if rename else document.remove(pair))
    return before, document.apply(edits).encode()
