"""What rows must be like: tables, columns, types and constraints, as one who writes rows needs to know them."""
