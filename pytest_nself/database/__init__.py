"""One database: template, clone, and a test inside a transaction."""
