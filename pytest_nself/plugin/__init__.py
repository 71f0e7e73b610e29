"""Face one: the pytest plugin."""
