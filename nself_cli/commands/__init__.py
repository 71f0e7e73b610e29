"""One file per noun; a command reads, plans and runs."""
