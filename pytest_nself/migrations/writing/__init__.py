"""Files that are written: a new migration's name and number, drizzle's journal and snapshots."""
