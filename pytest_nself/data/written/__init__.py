"""Rows as files write them."""
