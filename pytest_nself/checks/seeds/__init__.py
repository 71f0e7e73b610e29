"""What seeds do, seen by running them where nothing of it stays."""
