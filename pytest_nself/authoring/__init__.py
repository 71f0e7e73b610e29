"""Writing migrations: from schema.dbml, by hand, and proven before they are written."""
