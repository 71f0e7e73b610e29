"""Fixture sets: named rows for tests."""
