"""The queries of the kinds, restricted to the parts of some relations, types or functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .kinds import kinds
from .query import filled, query_text

CLASS, TYPE, FUNCTION = 1259, 1247, 1255
"""The catalogs of what other objects are parts of: relations, types and functions; any oid is of one of them."""

Unit = tuple[int, int]
"""A relation, type or function, by class and oid; (0, 0) stands for all objects of a kind that is read as a whole."""

_UNITS = {"pg_class": CLASS, "pg_type": TYPE, "pg_proc": FUNCTION}
_MANY = frozenset({*_UNITS, "pg_namespace", "pg_attribute", "pg_depend", "pg_description", "pg_index", "pg_constraint"})
"""Catalogs that many statements write to; that one of them moved tells little."""

_APPEAR_WITH = {
    "aggregate": "pg_aggregate",
    "column": "pg_attribute",
    "constraint": "pg_constraint",
    "default": "pg_attrdef",
    "domain_constraint": "pg_constraint",
    "foreign_table": "pg_foreign_table",
    "function": "pg_proc",
    "identity_sequence": "pg_sequence",
    "index": "pg_index",
    "index_partition": "pg_inherits",
    "inheritance": "pg_inherits",
    "materialized_view": "pg_rewrite",
    "partition": "pg_inherits",
    "policy": "pg_policy",
    "rule": "pg_rewrite",
    "sequence": "pg_sequence",
    "sequence_owner": "pg_sequence",
    "statistics": "pg_statistic_ext",
    "trigger": "pg_trigger",
    "view": "pg_rewrite",
    "table": "pg_class",
    "view_column": "pg_rewrite",
}
"""Without a new row there, no object of the kind becomes a part of something that had none."""

STANDS_WITH = {"sequence_owner": "sequence"}
"""Kinds whose objects can appear wherever there is one of another kind."""

_WHOLE = frozenset({"publication_table"})
"""Parts of relations that come and go with statements about something else."""

_TABLES = {"pg_roles": "pg_authid", "pg_user_mappings": "pg_user_mapping"}
"""What views show."""


@dataclass(frozen=True, slots=True)
class Restricted:
    """How one kind is read: `unit` is the class of what its objects are parts of (0: the kind is read as a whole).

    `appears_with` is the catalog in which a row must be new for an object to be new ("": unknown); `moves_with` are
    those that write down the kind and little else, by name.
    """

    name: str
    unit: int
    appears_with: str
    moves_with: frozenset[str]
    _marked: str

    def text(self, excluded: tuple[str, ...], only: str = "") -> str:
        """The query; where the kind has units, with the unit's oid as last column.

        With `only`, an array of the oids of units in SQL, it is restricted to those. They must not be members of
        extensions, for which is then not looked.
        """
        text = filled(self.name, excluded, only)
        if not self.unit:
            return text
        text = text.replace("\nfrom ", f",\n    {self._marked} as _unit\nfrom ", 1)
        if only:
            text = _MEMBERS.sub("", text)
            if self.name != "column":  # of which each is counted after the one before
                text = text[: text.rindex("\norder by ")]
        return text


_MEMBERS = re.compile(
    r"\s+and not exists \(\s+select from pg_catalog\.pg_depend as e\s+"
    r"where e\.refclassid = 'pg_catalog\.pg_extension'::pg_catalog\.regclass and e\.deptype = 'e'\s+"
    r"and e\.classid = 'pg_catalog\.pg_\w+'::pg_catalog\.regclass and e\.objid "
    r"(?:= \w+\.oid|in \(c\.oid, t\.oid\))\s+\)"
)
"""Where a query leaves out the members of extensions."""


@cache
def restricted() -> Mapping[str, Restricted]:
    """All kinds by name."""
    return {name: _restricted(name) for name in kinds()}


def _restricted(name: str) -> Restricted:
    text = query_text(name)
    catalogs = frozenset(re.findall(r"pg_catalog\.(pg_\w+) as", text))
    marked = re.search(r"/\* only: ((\w+)\.oid) \*/", text)
    found = re.search(rf"pg_catalog\.(pg_\w+) as {marked[2]}\b", text) if marked else None
    unit = _UNITS.get(found[1], 0) if found and name not in _WHOLE else 0
    own = re.search(r"^from pg_catalog\.(pg_\w+)", text, re.MULTILINE)
    moves_with = {_TABLES.get(one, one) for one in (catalogs - _MANY) | ({own[1]} if own else set())}
    return Restricted(name, unit, _APPEAR_WITH.get(name, ""), frozenset(moves_with), marked[1] if marked else "")


@cache
def catalogs() -> tuple[str, ...]:
    """All catalogs that facts come from, by name."""
    names = re.findall(r"select '(pg_\w+)'", query_text("marks"))
    return tuple(sorted({_TABLES.get(name, name) for name in names}))
