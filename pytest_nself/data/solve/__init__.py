"""Values that satisfy the checks of a table, found by asking the server: no check is ever understood here."""
