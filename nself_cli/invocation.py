"""What is known of a run of the command line, from its first moment on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NO_GUARD, ORDINARY, DESTRUCTIVE = "none", "ordinary", "destructive"
"""What a command declares of itself: it changes nothing; it changes a database; it may destroy rows."""


@dataclass(slots=True)
class Invocation:
    """Filled in as things become known, so that an error at any point is reported in the form that was asked for.

    `guard` and `refused_in` are what the command declares: how its work is guarded, and the environments in which it
    is never done. `progress` is whether a line of progress stands on the terminal.
    """

    json: bool = False
    command: str = ""
    environment: str | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    guard: str = NO_GUARD
    refused_in: tuple[str, ...] = ()
    findings: list[Any] = field(default_factory=list)
    progress: bool = False
