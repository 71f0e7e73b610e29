"""A running PostgreSQL on which we may create databases."""
