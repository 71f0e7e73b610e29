"""Rows, as plans: fixture sets."""
