"""Regular expressions that every Python which we support reads alike."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A possessive or atomic group: before Python 3.11.5 it may match what it must not, or give back what it must keep.
_WRONG = re.compile(r"\)(?:\*|\+|\?|\{[0-9,]+\})\+|\(\?>")


def test_no_group_is_possessive() -> None:
    """Single characters may be (`[^']*+`), groups not: Debian 12 has a Python that gets those wrong."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in ("pytest_nself", "nself_cli")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _WRONG.search(line) and not line.lstrip().startswith("#")
    ]
    assert found == []
