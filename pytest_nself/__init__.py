"""Real PostgreSQL in every test, and the same engine on your real databases."""

from __future__ import annotations

__version__ = "0.1.0"
