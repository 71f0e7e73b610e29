"""Sample schemas: one file each, named after what it models."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent
FIRST = "blog"
"""The sample that is meant where nobody says which."""


def sample_names() -> tuple[str, ...]:
    """What there is."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.dbml")))


def sample_text(name: str) -> str:
    """The text of a sample; `name` is one of `sample_names`."""
    return (_FOLDER / f"{name}.dbml").read_text(encoding="utf-8")
