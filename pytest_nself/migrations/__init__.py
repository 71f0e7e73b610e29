"""What should be in a database."""
