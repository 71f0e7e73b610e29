"""The page of migration files leaves no finding out."""

from __future__ import annotations

import re

from .pages import ROOT

_MADE = re.compile(r'(?:\.find|\.error|Problem)\(\s*"([a-z-]+)"|"migration-([a-z-]+)"')


def test_every_rule_is_documented() -> None:
    """Each rule that the code of migrations writes down has a row, and each row a rule."""
    made = {"journal", "journal-order", "empty-up", "empty-down", "blank-up", "blank-down"}  # put together from parts
    made |= {"sum-not-written"}  # the command's own
    folder = ROOT / "pytest_nself/migrations"
    for file in set(folder.rglob("*.py")) - set((folder / "foreign").rglob("*.py")):  # those rules are of adoption
        made |= {one or other for one, other in _MADE.findall(file.read_text(encoding="utf-8"))}
    page = (ROOT / "docs/reference/migration-files.md").read_text(encoding="utf-8")
    assert made == set(re.findall(r"`migration-([a-z-]+)`", page))
