"""Valid rows for whole schemas: keys, references and uniques by construction, checks by asking the server."""
