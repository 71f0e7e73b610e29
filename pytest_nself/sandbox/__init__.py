"""Server + recipe + template = a fresh, migrated database for whoever asks."""
