"""The plugin's own warning."""

from __future__ import annotations


class NselfWarning(UserWarning):
    """Something about a test's database that its author should know."""
