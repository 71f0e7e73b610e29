"""NOT NULL of columns: since PostgreSQL 18 a constraint with a name and a state of its own.

`not_null_as` of a column holds what differs from what `not null` alone would make: `name`, `name no inherit`,
`name not valid`; or INHERITED.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_nself.core.errors import Refused
from pytest_nself.core.names import quote_literal, spell_identifier, spell_qualified

from .fact import Entry

INHERITED = "(inherited)"
"""The constraint is only the parent's; it comes with the inheritance."""

_INVALID = " not valid"


def not_null_text(column: Entry, *, named: bool = False) -> str:
    """`not null` as `create table` and `add column` take it; empty where nothing is to be said there.

    `named`: the name is said though it is the one that the server chooses, since it may be taken yet.
    """
    said = column["not_null_as"] or ""
    if not column["not_null"] or said == INHERITED or _is_added(column):
        return ""
    return f"constraint {_name(column)} not null" if said or (named and _name(column)) else "not null"


def not_null_tail(column: Entry) -> Iterator[str]:
    """What is said of the constraint once the column stands."""
    if _is_added(column):
        yield add_not_null(column)
    if column["not_null_comment"] is not None:
        yield _comment(column)


def _is_added(column: Entry) -> bool:
    """Whether it follows in a statement of its own: an invalid one must, one without heirs would have them else."""
    return _invalid(column) or _only_here(column)


def add_not_null(column: Entry) -> str:
    """The statement that makes a column not null that can be null."""
    said = column["not_null_as"]
    if not said or said == INHERITED:
        return f"{_table(column)} alter column {spell_identifier(column.ref.part or '')} set not null"
    name, rest = _name(column), said.removeprefix(_name(column))
    return f"{_table(column)} add constraint {name} not null {spell_identifier(column.ref.part or '')}{rest}"


@dataclass(frozen=True, slots=True)
class Kin:
    """The same column in parents and children that are such before, after, and all the way, in both states."""

    above: tuple[tuple[Entry, Entry], ...] = ()
    below: tuple[tuple[Entry, Entry], ...] = ()

    def gains(self) -> bool:
        """Whether a parent gets a constraint that its children get with it."""
        return any(
            new["not_null"] and not _only_here(new) and (not old["not_null"] or _only_here(old))
            for old, new in self.above
        )

    def loses(self) -> bool:
        """Whether a parent loses its constraint, and its children with it what they had only from there."""
        return any(old["not_null"] and not new["not_null"] for old, new in self.above)

    def renames(self, old: Entry, new: Entry) -> bool:
        """Whether a parent's constraint gets the same new name, and the children's with it."""
        return any((_name(one), _name(other)) == (_name(old), _name(new)) for one, other in self.above)


def change_not_null(old: Entry, new: Entry, kin: Kin) -> Iterator[str]:
    """From one state to the other. Raises Refused where only making the table anew would do."""
    if not new["not_null"]:
        if not (kin.loses() and old["not_null_as"] == INHERITED):
            yield f"{_table(new)} alter column {spell_identifier(new.ref.part or '')} drop not null"
        return
    if not old["not_null"]:
        if not (new["_not_null_inherited"] and kin.gains()):
            yield from _made_ready(kin.below)
            yield add_not_null(new)
    elif old["_not_null_inherited"] and kin.loses():
        # What it had only from there has gone.
        yield from _restated(old, new, Kin()) if old["_not_null_local"] else [add_not_null(new)]
    elif old["not_null_as"] != new["not_null_as"] and not (new["_not_null_inherited"] and kin.gains()):
        yield from _restated(old, new, kin)
    if old["not_null_comment"] != new["not_null_comment"]:
        yield _comment(new)


def _made_ready(below: tuple[tuple[Entry, Entry], ...]) -> Iterator[str]:
    """Children that have a constraint of their own keep its name and its state when the parent gets one."""
    for old, new in below:
        if not (old["not_null"] and old["_not_null_name"] and new["_not_null_inherited"]):
            continue
        if new["not_null_as"] == INHERITED:
            yield f"{_table(old)} drop constraint {_name(old)}"
        elif old["not_null_as"] != new["not_null_as"]:
            yield from _restated(old, new, Kin())


def _restated(old: Entry, new: Entry, kin: Kin) -> Iterator[str]:
    renamed = _name(old) != _name(new)
    if renamed and old["_not_null_inherited"] and kin.renames(old, new):
        return
    bound = old["_not_null_inherited"] and kin.above
    others = [one for one, _ in kin.below if one["_not_null_inherited"] and _name(one) != _name(old)]
    if new["not_null_as"] == INHERITED or (renamed and (bound or others)):
        raise Refused(
            f"The constraint {_name(old)} that makes {new.ref} not null would have to be a parent's, or be renamed.",
            "A table and its children share it, under names that cannot change while they belong together.",
            "make the table anew, or accept the difference",
        )
    if not _invalid(old) and _invalid(new):
        yield f"{_table(new)} drop constraint {_name(old)}"
        yield add_not_null(new)
        return
    if renamed:
        yield f"{_table(new)} rename constraint {_name(old)} to {_name(new)}"
    if old["not_null_as"] == INHERITED:
        yield f"{_table(new)} alter column {spell_identifier(new.ref.part or '')} set not null"
    if _only_here(old) != _only_here(new):
        yield f"{_table(new)} alter constraint {_name(new)} {'no ' * _only_here(new)}inherit"
    if _invalid(old) and not _invalid(new):
        yield f"{_table(new)} validate constraint {_name(new)}"


def _table(column: Entry) -> str:
    return f"alter table {spell_qualified(column.ref.schema, column.ref.name)}"


def _name(column: Entry) -> str:
    name = column["_not_null_name"]
    return spell_identifier(name) if name else ""


def _only_here(column: Entry) -> bool:
    said = column["not_null_as"]
    return bool(said) and " no inherit" in said.removeprefix(_name(column))


def _invalid(column: Entry) -> bool:
    return (column["not_null_as"] or "").endswith(_INVALID)


def _comment(column: Entry) -> str:
    text = column["not_null_comment"]
    said = "null" if text is None else quote_literal(text).strip()
    return f"comment on constraint {_name(column)} on {spell_qualified(column.ref.schema, column.ref.name)} is {said}"
