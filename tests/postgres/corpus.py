"""The corpus: pairs of schemas, and what becomes of the way from one to the other where that is no proven plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pytest_nself.checks.prove import Proof
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import parse_qualified

CORPUS = Path(__file__).parents[1] / "corpus"
WAYS = ("ab", "ba")
_LINE = re.compile(r"(ab|ba)(?: (from|before) (\d+))?: (.+)")
_ROLE = re.compile(r'create role ("(?:[^"]|"")+"|\w+)')
HOLDS = "holds"
"""What a plan does that is proven and not empty."""

WORDS = ("refused", "fails", "down fails", "no way back", "nothing")
"""How an expected outcome of another sort begins; what follows is a part of what is said."""


@dataclass(frozen=True)
class Case:
    """A folder with `a.sql`, `b.sql`, the rows that `a` holds (`rows.sql`), and what is expected (`outcome.txt`).

    Each line of `outcome.txt` is about one way: `ab: refused a part of what is said`, for some servers only with
    `ab before 17: …` or `ab from 17: …`.
    """

    path: Path = field(repr=False)
    name: str

    @property
    def since(self) -> int:
        """The first major version of the server that the case is for."""
        found = re.search(r"_pg(\d+)_", self.name)
        return int(found[1]) if found else 0

    def scripts(self, side: str) -> tuple[str, ...]:
        """What makes one side; the rows are of `a`."""
        found = [self._text(f"{side}.sql")]
        if side == "a" and (self.path / "rows.sql").exists():
            found.append(self._text("rows.sql"))
        return tuple(found)

    def expected(self, way: str, version: int) -> str:
        """The beginning and a part of the outcome on a server of this version (150018), or HOLDS."""
        for of_way, word, major, outcome in self._expected:
            if of_way == way and (not word or (version // 10000 >= int(major)) is (word == "from")):
                return outcome
        return HOLDS

    @cached_property
    def _expected(self) -> list[tuple[str, str, str, str]]:
        if not (self.path / "outcome.txt").exists():
            return []
        found = [_LINE.fullmatch(line) for line in self._text("outcome.txt").splitlines()]
        assert found, self.name
        lines = [(one[1], one[2] or "", one[3] or "", one[4]) for one in found if one is not None]
        assert len(lines) == len(found), f"{self.name}/outcome.txt holds a line that nobody understands"
        assert all(outcome.startswith(WORDS) for *_, outcome in lines), self.name
        return lines

    @property
    def roles(self) -> set[str]:
        """The roles that its scripts make."""
        texts = (text for side in ("a", "b") for text in self.scripts(side))
        return {parse_qualified(role)[0] for text in texts for role in _ROLE.findall(text)}

    def _text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")


CASES = tuple(Case(path, path.name) for path in sorted(CORPUS.iterdir()) if (path / "a.sql").exists())


def fits(expected: str, outcome: str) -> bool:
    """Whether an outcome is what was expected: it begins with the same word, and has the part in what it says."""
    if HOLDS in (expected, outcome):
        return expected == outcome
    word = next(word for word in WORDS if expected.startswith(word))
    part = expected.removeprefix(word).strip()
    return outcome.startswith(f"{word} ") and part in outcome.removeprefix(word)


def outcome_of(proof: Proof | Refused) -> str:
    """What became of a way, in one line: HOLDS, one of WORDS with what is said, or `wrong` with the problems."""
    if isinstance(proof, Refused):
        return _line(f"refused {proof}")
    if not proof.problems:
        return HOLDS if proof.up else _line(f"nothing {' '.join(proof.up.notes)}")
    said = " ".join(proof.problems)
    if len(proof.problems) == 1:
        for start, word in (
            ("up fails: ", "fails"),
            ("down fails: ", "down fails"),
            ("There is no way back: ", "no way back"),
        ):
            if said.startswith(start):
                return _line(f"{word} {said.removeprefix(start)}")
    return _line(f"wrong {said}")


def _line(text: str) -> str:
    return " ".join(text.split())
