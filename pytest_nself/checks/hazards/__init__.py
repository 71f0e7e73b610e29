"""The hazards that a migration may hold: one file each; the folder is the registry."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_nself.checks.hazard import Hazard


@cache
def hazards() -> tuple[Hazard, ...]:
    """Every hazard, by its name; those that are asked last stand last."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    found: list[Hazard] = [import_module(f"{__name__}.{name}").HAZARD for name in names]
    return tuple(sorted(found, key=lambda hazard: hazard.general))
