"""A value and where it came from."""

from __future__ import annotations

from typing import Any


class Resolved:
    """A value and where it came from: `--nself-provider`, `NSELF_PROVIDER`, `nself_provider` …"""

    __slots__ = ("origin", "value")

    def __init__(self, value: Any, origin: str) -> None:
        self.value = value
        self.origin = origin
