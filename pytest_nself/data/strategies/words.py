"""Frozen words: names, places and sentences, written down once; what made them up shifts with its releases."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def words(of: str) -> tuple[str, ...]:
    """The words of one kind (`first_names`, `cities`, …), in an order that never changes."""
    return tuple(_all()[of])


@cache
def _all() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(Path(__file__).with_name("words.json").read_text("ascii"))
    return found
