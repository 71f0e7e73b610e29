"""The ledgers of other tools: read for adoption, matched with the folder, and drizzle's own kept in step."""
