"""Statement boundaries in SQL text.

Only what must be known without a server: where statements begin and end, which comments stand between them, which rows
follow a `copy … from stdin`, and what a file cannot hold. What a statement means is the server's business.
"""

from .found import Comment, Problem, Scan, Statement
from .scanner import scan
from .text import extensions_in, is_blank, place_at, split, without_comments, without_meta

__all__ = [
    "Comment",
    "Problem",
    "Scan",
    "Statement",
    "extensions_in",
    "is_blank",
    "place_at",
    "scan",
    "split",
    "without_comments",
    "without_meta",
]
