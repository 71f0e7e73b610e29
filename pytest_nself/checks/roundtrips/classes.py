"""Which class a difference belongs to: one table, from kind and attribute."""

from __future__ import annotations

import re
from typing import Any

from .verdict import Class

ANY = "*"

CLASSES: dict[tuple[str, str], Class] = {
    # What decides who may do what.
    ("policy", ANY): Class.SECURITY,
    ("default_privileges", ANY): Class.SECURITY,
    ("table", "rls"): Class.SECURITY,
    ("table", "rls_forced"): Class.SECURITY,
    ("function", "security_definer"): Class.SECURITY,
    ("function", "leakproof"): Class.SECURITY,
    ("view", "options"): Class.SECURITY,
    ("subscription", "run_as_owner"): Class.SECURITY,
    ("subscription", "password_required"): Class.SECURITY,
    (ANY, "acl"): Class.SECURITY,
    (ANY, "owner"): Class.SECURITY,
    # Where a column stands among its table's.
    ("column", "position"): Class.ORDER,
    # What no statement's result depends on.
    (ANY, "comment"): Class.COSMETIC,
    ("constraint", "index_comment"): Class.COSMETIC,
    ("composite", "attribute_comments"): Class.COSMETIC,
    ("table", "options"): Class.COSMETIC,
    ("table", "toast_options"): Class.COSMETIC,
    ("materialized_view", "options"): Class.COSMETIC,
    ("index", "options"): Class.COSMETIC,
    ("index", "statistics"): Class.COSMETIC,
    ("index", "clustered"): Class.COSMETIC,
    ("constraint", "options"): Class.COSMETIC,
    ("constraint", "clustered"): Class.COSMETIC,
    ("column", "options"): Class.COSMETIC,
    ("column", "storage"): Class.COSMETIC,
    ("column", "compression"): Class.COSMETIC,
    ("column", "statistics"): Class.COSMETIC,
    ("view_column", "statistics"): Class.COSMETIC,
    ("view_column", "storage"): Class.COSMETIC,
    ("view_column", "compression"): Class.COSMETIC,
    ("view_column", "options"): Class.COSMETIC,
    ("statistics", "target"): Class.COSMETIC,
    # What stands around a schema rather than in it.
    ("extension", ANY): Class.ENVIRONMENT,
    ("role", ANY): Class.ENVIRONMENT,
    ("membership", ANY): Class.ENVIRONMENT,
}
"""(kind, attribute) to class; the attribute is empty for an object that is there in one state only.

An entry for the attribute counts before one for all of a kind, and a kind before any. What is not listed is structure.
"""

_BODIES = frozenset({("function", "body")})
_AROUND = re.compile(r" ?([^\w\s]) ?")
_LITERAL = re.compile(r"'(?:[^']|'')*'")


def class_of(kind: str, attribute: str, before: Any = None, after: Any = None) -> Class:
    """The class of a difference in this attribute, from one value to the other."""
    if (kind, attribute) in _BODIES and isinstance(before, str) and isinstance(after, str):
        return Class.COSMETIC if _pressed(before) == _pressed(after) else Class.STRUCTURE
    if attribute.startswith("label:"):
        return Class.SECURITY
    for key in ((kind, attribute), (ANY, attribute), (kind, ANY)):
        if key in CLASSES:
            return CLASSES[key]
    return Class.STRUCTURE


def _pressed(body: str) -> tuple[object, ...]:
    """A body whose blank space says no more than that something ends; that inside of strings is kept."""
    literals = tuple(_LITERAL.findall(body))
    text = _LITERAL.sub("''", body)
    lines = text.splitlines() if "--" in text else [text]  # a comment ends with its line
    pressed = (_AROUND.sub(r"\1", " ".join(line.split())) for line in lines)
    return tuple(line for line in pressed if line), literals
