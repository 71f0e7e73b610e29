"""What is known of a run of the command line, from its first moment on."""

from __future__ import annotations

from typing import Any

NO_GUARD, ORDINARY, DESTRUCTIVE = "none", "ordinary", "destructive"
"""What a command declares of itself: it changes nothing; it changes a database; it may destroy rows."""


class Invocation:
    """Filled in as things become known, so that an error at any point is reported in the form that was asked for.

    `guard`, `refused_in` and `words` are what the command declares: how its work is guarded, the environments in which
    it is never done, and what must be typed at least. `progress` is whether a line of progress stands on the terminal,
    `noted` what was said already.
    """

    # No dataclass: making one is a tenth of what `nself --help` takes.
    __slots__ = (
        "command", "debug", "environment", "findings", "guard", "json", "noted", "progress", "quiet",
        "refused_in", "verbose", "words",
    )  # fmt: skip

    def __init__(
        self,
        *,
        json: bool = False,
        command: str = "",
        environment: str | None = None,
        quiet: bool = False,
        verbose: bool = False,
        guard: str = NO_GUARD,
        refused_in: tuple[str, ...] = (),
        words: str | None = None,
    ) -> None:
        self.json = json
        self.command = command
        self.environment = environment
        self.quiet = quiet
        self.verbose = verbose
        self.debug = False
        self.guard = guard
        self.refused_in = refused_in
        self.words = words
        self.findings: list[Any] = []
        self.noted: set[str] = set()
        self.progress = False
