"""What cannot be without what: as the server knows it, and what it does not keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pytest_nself.core.names import ObjectRef

from .fact import Address, Catalog, Entry
from .kinds import kinds
from .query import Row

Depends = dict[ObjectRef, frozenset[ObjectRef]]


class _Refs(dict[Address, ObjectRef | None]):
    """The object at each address; what is a part of another is found there."""

    def __init__(self, entries: Mapping[ObjectRef, Entry], aliases: Iterable[Row]) -> None:
        catalogs = {name: kind.catalog for name, kind in kinds().items()}
        for ref, entry in entries.items():
            if catalog := catalogs[ref[0]]:
                self[catalog, entry.row[0], entry.row[1]] = ref
        self._aliases: dict[tuple[int, int], Address] = {}
        for classid, oid, *address in aliases:
            self._aliases[classid, oid] = (address[0], address[1], address[2])
            self.pop((classid, oid, 0), None)

    def __missing__(self, address: Address) -> ObjectRef | None:
        alias = self._aliases.get(address[:2])
        found = self[alias] if alias else self[(*address[:2], 0)] if address[2] else None
        self[address] = found
        return found


def read_depends(entries: Mapping[ObjectRef, Entry], aliases: Iterable[Row], dependencies: Iterable[Row]) -> Depends:
    """For each object those that it needs, from the answers of the queries of these names."""
    refs = _Refs(entries, aliases)
    depends: defaultdict[ObjectRef, set[ObjectRef]] = defaultdict(set)
    for one in dependencies:
        mine, other = refs[one[:3]], refs[one[3:]]
        if mine is None or other is None or mine is other:
            continue
        if mine[0] == "sequence" and other[0] in ("column", "table"):
            continue  # that it goes with a column is a fact of its own
        depends[mine].add(other)
    _add_needs(entries, depends)
    return {ref: frozenset(needs) for ref, needs in depends.items()}


def _add_needs(entries: Mapping[ObjectRef, Entry], depends: defaultdict[ObjectRef, set[ObjectRef]]) -> None:
    """What the server does not keep: the schema `public`, and what ties objects that are none of its own."""
    catalog, all_kinds = Catalog(entries), kinds()
    schemas = {ref.name: ref for ref in entries if ref[0] == "schema"}
    columns: defaultdict[tuple[str | None, str], set[ObjectRef]] = defaultdict(set)
    for ref in entries:
        if ref[0] == "column":
            columns[ref[1:3]].add(ref)
    for ref, entry in entries.items():
        mine = depends[ref]
        needs = set(all_kinds[ref[0]].needs(entry, catalog))
        if ref[0] in ("partition", "inheritance"):
            # A table can be put below another once the columns of both fit.
            needs |= {column for need in tuple(needs) for column in columns[need.schema, need.name]}
        mine.update(need for need in needs if need in entries and need != ref)
        schema = schemas.get(ref[1] or "")
        if schema is not None:
            mine.add(schema)
