"""Fixtures for all levels of tests; the plugin under test provides the server they run on."""

from __future__ import annotations

pytest_plugins = ["pytester"]
