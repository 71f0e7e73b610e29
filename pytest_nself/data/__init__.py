"""Rows, as plans: fixture sets, seeds, generated rows, factories."""
