"""A schema as a drawing: SVG, Mermaid, Graphviz, and JSON for other programs."""
