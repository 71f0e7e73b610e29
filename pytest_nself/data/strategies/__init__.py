"""Values of a column by its type and its name: the same for a row, whoever asks, and in whatever order."""
