"""Who knows where the factories of the running test stand; kept apart, so that saying it imports nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

finders: list[Callable[[], Any]] = []
"""Each gives a Ground, or None; a test runner puts one here."""
