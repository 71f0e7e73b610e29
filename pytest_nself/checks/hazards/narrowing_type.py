"""A column whose new type holds less than the old one."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_nself.checks.hazard import Hazard, Sighting, Weight, changed_columns, column_ref, sized
from pytest_nself.checks.rehearsed import Observed, Rehearsed
from pytest_nself.checks.relations import Column
from pytest_nself.core.finding import Severity

# By their oids, which are the same in every PostgreSQL.
_TEXT, _JSON, _JSONB, _NUMERIC, _REALS = 25, 114, 3802, 1700, (700, 701)
_CHARACTERS = (25, 1042, 1043)
_WHOLE = (20, 21, 23)


def _find(seen: Observed, around: Rehearsed) -> Iterator[Sighting]:
    for table, old, new in changed_columns(seen):
        if seen.knew(old) and _narrows(old, new, seen.implicit):
            message = f"The column {new.name} of {sized(table)} goes from {old.type} to {new.type}, which holds less."
            remedy = (
                "see that every value fits, with a check constraint that is added not valid and validated first; or "
                "add a new column, copy, compare, then change over"
            )
            yield Sighting(column_ref(table, new.name), message, remedy, (table,))


def _narrows(old: Column, new: Column, implicit: frozenset[tuple[int, int]]) -> bool:
    """Whether a value of the old type may not be one of the new type, or not the same."""
    if (old.type_id, old.modifier) == (new.type_id, new.modifier):
        return False
    if new.type_id == _TEXT or (old.type_id, new.type_id) == (_JSON, _JSONB):
        return False
    if new.type_id == old.type_id or (old.type_id in _CHARACTERS and new.type_id in _CHARACTERS):
        return _is_shorter(old, new)
    if new.type_id == _NUMERIC and old.type_id in _WHOLE:
        return new.modifier >= 0
    if new.type_id in _REALS and old.type_id not in _REALS:
        return old.type_id not in (21, 23) or new.type_id == _REALS[0]
    return (old.type_id, new.type_id) not in implicit or new.modifier >= 0


def _is_shorter(old: Column, new: Column) -> bool:
    """Whether the new modifier (a length, or digits) lets fewer values in; -1 lets all in."""
    if new.modifier < 0:
        return False
    if old.modifier < 0:
        return True
    if new.type_id != _NUMERIC:
        return new.modifier < old.modifier
    (digits, scale), (new_digits, new_scale) = _digits(old.modifier), _digits(new.modifier)
    return new_scale < scale or new_digits - new_scale < digits - scale


def _digits(modifier: int) -> tuple[int, int]:
    """The digits of a numeric, and how many of them stand behind the point."""
    scale = (modifier - 4) & 0x7FF
    return ((modifier - 4) >> 16) & 0xFFFF, scale - 2048 if scale >= 1024 else scale


HAZARD = Hazard(
    id="narrowing-type",
    severity=Severity.ERROR,
    weight=Weight.ROWS,
    title="a column's new type holds less than the old one",
    why=(
        "A value that does not fit makes the migration fail in production, where such values are; or it is cut or "
        "rounded without a word, and no down brings the rest back."
    ),
    safe="Prove first that every value fits: a check constraint, added `not valid` and validated.",
    find=_find,
    given="create table orders (id bigint primary key, code text);",
    bad="alter table orders alter column code type varchar(10);",
    good=(
        "alter table orders add constraint orders_code_short check (char_length(code) <= 10) not valid;",
        "alter table orders validate constraint orders_code_short;",
    ),
)
