"""What is known of a run of the command line, from its first moment on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Invocation:
    """Filled in as things become known, so that an error at any point is reported in the form that was asked for."""

    json: bool = False
    command: str = ""
    environment: str | None = None
    quiet: bool = False
    verbose: bool = False
    findings: list[Any] = field(default_factory=list)
