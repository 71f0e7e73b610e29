"""Checks as tests: items that nobody wrote, markers whose check runs before the body, and what both have found."""
