"""Fixture sets against a schema that moves: what a set relies on, what changed, and how a file is mended."""
