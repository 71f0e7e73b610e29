"""Names in the folder of seeds that mean something."""

from __future__ import annotations

COMMON = ("common", "_common", "all")
"""Folders whose files are for all environments."""

PRODUCTION_USERS = "nself/config/prod-users.json"
"""A file of earlier releases, read as a production seed of the table users."""
