"""Seeds: the rows that an environment's database begins with."""
