"""The command `nself`: the engine of pytest_nself on real environments."""
