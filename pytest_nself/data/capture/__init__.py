"""Rows of a live database -> a fixture set: with their parents, without what is personal or secret."""
