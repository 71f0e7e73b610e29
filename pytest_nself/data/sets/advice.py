"""What to do about a value that its column refuses."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pytest_nself.data.shape.model import TypeKind

from .compiled import Fragment, LoadStatement

_UNREADABLE = ("22P02", "22P05", "22007", "22008")
_NO_RIGHTS = "42501"
_SHOWN = 12
_PLAIN = "correct the value, or the set where it no longer fits"
_AS_WHOM = "connect as a role that may write all of these rows: a superuser, or one with bypassrls and the grants"


def advice(statement: LoadStatement, diag: Any, part: Fragment | None) -> str:
    """One sentence, by the type of the value (`part`, where it is known) or by the constraint that spoke."""
    if diag.message_hint:
        return str(diag.message_hint)
    if diag.sqlstate == _NO_RIGHTS:
        return _AS_WHOM
    if part is not None and part.type is not None and part.cell is not None and diag.sqlstate in _UNREADABLE:
        return _by_type(part, part.cell.text) or _PLAIN
    if diag.sqlstate == "23514":
        # A partition that is missing is said in the same way, without a constraint.
        columns = statement.checks.get(diag.constraint_name or "", () if diag.constraint_name else None)
        chosen = [name for name in statement.chosen if columns is None or name in columns]
        if chosen:
            return f"give the rows their {', '.join(chosen)}: what follows from the label does not fit"
    return _PLAIN


def advice_for_sql(diag: Any) -> str:
    """The same for a statement of a `.sql` file."""
    if diag.message_hint:
        return str(diag.message_hint)
    return _AS_WHOM if diag.sqlstate == _NO_RIGHTS else "correct the file where it no longer fits the schema"


def _by_type(part: Fragment, text: str) -> str | None:
    plain = None if part.type is None else part.type.plain
    if plain is None:
        return None
    if plain.kind is TypeKind.ENUM:
        folded = {label.casefold(): label for label in plain.labels}
        close = get_close_matches(text.casefold(), folded, n=1)
        if close:
            return f'write "{folded[close[0]]}", or another label of {plain.written}'
        return f"write a label of {plain.written}: {', '.join(plain.labels[:_SHOWN])}"
    if plain.kind is TypeKind.ARRAY:
        return f"write a list: [{text}]"
    if plain.name in ("json", "jsonb") and plain.kind is TypeKind.BASE:
        return "write a list or a mapping as such; a text that is JSON needs quotes of its own, '\"text\"'"
    return None
