"""The words everything else is written in (standard library only)."""
