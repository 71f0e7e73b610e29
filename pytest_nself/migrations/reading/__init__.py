"""From files to the parts of migrations: what stands in a folder, its marks, and what headers say."""
