"""The parts of the round trip; `pytest_nself.checks.roundtrip` is their public place."""
