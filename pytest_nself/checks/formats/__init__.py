"""Findings as others read them: people at a terminal, GitHub, and whatever reads SARIF."""
