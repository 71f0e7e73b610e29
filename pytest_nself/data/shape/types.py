"""Types put together from the rows that tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .model import Type, TypeKind


class Types:
    """Types by oid; each is put together once."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = {row["oid"]: row for row in rows}
        self._plain: dict[int, Type] = {}
        self._modified: dict[tuple[int, int], Type] = {}

    def of(self, oid: int, modifier: int, written: str) -> Type:
        """The type as a column has it, with its modifier."""
        key = (oid, modifier)
        found = self._modified.get(key)
        if found is None:
            found = self._modified[key] = self._with(self._type(oid), modifier, written)
        return found

    def _with(self, plain: Type, modifier: int, written: str) -> Type:
        if modifier < 0:
            return plain
        inner = plain.inner
        if plain.kind is TypeKind.ARRAY and inner is not None:
            # An array's modifier is that of its elements.
            inner = self._with(inner, modifier, written.removesuffix("[]"))
        return replace(plain, modifier=modifier, written=written, inner=inner)

    def _type(self, oid: int) -> Type:
        found = self._plain.get(oid)
        if found is not None:
            return found
        row = self._rows[oid]
        kind = TypeKind(row["kind"])
        inner = None
        if kind in (TypeKind.ARRAY, TypeKind.DOMAIN, TypeKind.RANGE, TypeKind.MULTIRANGE) and row["inner"]:
            inner = self._type(row["inner"])
            if kind is TypeKind.DOMAIN and row["modifier"] >= 0:
                inner = self._with(inner, row["modifier"], row["inner_written"])
        own = Type(
            row["written"],
            row["schema"],
            row["name"],
            kind,
            inner=inner,
            labels=tuple(row["labels"]),
            checks=tuple(row["checks"]),
            not_null=row["not_null"],
            extension=row["extension"],
        )
        if row["attributes"]:
            attributes = tuple(
                (name, self.of(inner_oid, modifier, written))
                for name, inner_oid, modifier, written in zip(
                    row["attributes"],
                    row["attribute_types"],
                    row["attribute_modifiers"],
                    row["attributes_written"],
                    strict=True,
                )
            )
            own = replace(own, attributes=attributes)
        self._plain[oid] = own
        return own
