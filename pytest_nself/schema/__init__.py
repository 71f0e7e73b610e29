"""schema.dbml: its text, and what it says."""
