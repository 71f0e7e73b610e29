"""Aliases: other names of tables and enums, replaced by what they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .model import Column, Endpoint, Enum, Key, Member, Records, Ref, Table, Use, Value, ValueKind, key_of

_Name = tuple[str | None, str]


class Names:
    """What each alias stands for; a table or an enum of that name goes before an alias. False without any."""

    def __init__(self, tables: Iterable[Table], enums: Iterable[Enum], uses: Iterable[Use]) -> None:
        self._tables: dict[Key, _Name] = {}
        self._enums: dict[Key, _Name] = {enum.key: (enum.schema, enum.name) for enum in enums}
        self.aliases: dict[str, Key] = {}
        self._enum_aliases: dict[str, Key] = {}
        for table in tables:
            self._tables.setdefault(table.key, (table.schema, table.name))
            if table.alias is not None:
                self.aliases.setdefault(table.alias, table.key)
        for use in uses:
            for one in use.elements:
                key = key_of(one.schema, one.name)
                if one.alias is None:
                    continue
                if one.kind == "table" and key in self._tables:
                    self.aliases.setdefault(one.alias, key)
                elif one.kind == "enum" and key in self._enums:
                    self._enum_aliases.setdefault(one.alias, key)

    def __bool__(self) -> bool:
        return bool(self.aliases or self._enum_aliases)

    def _table(self, schema: str | None, name: str) -> _Name | None:
        """The schema and name that an alias of a table stands for; None if it is no alias."""
        if schema is not None or name not in self.aliases or key_of(None, name) in self._tables:
            return None
        return self._tables[self.aliases[name]]

    def _enum(self, schema: str | None, name: str | None) -> _Name | None:
        if schema is not None or name not in self._enum_aliases or key_of(None, name) in self._enums:
            return None
        return self._enums[self._enum_aliases[name]]

    def _end(self, end: Endpoint) -> Endpoint:
        real = self._table(end.schema, end.table)
        return end if real is None else replace(end, schema=real[0], table=real[1])

    def ref(self, ref: Ref) -> Ref:
        """The reference between real tables."""
        left, right = self._end(ref.left), self._end(ref.right)
        return ref if left is ref.left and right is ref.right else replace(ref, left=left, right=right)

    def table(self, table: Table) -> Table:
        """The table with real names in its references, types and defaults."""
        return replace(table, columns=tuple(map(self._column, table.columns)))

    def _column(self, column: Column) -> Column:
        if column.refs:
            column = replace(column, refs=tuple(map(self.ref, column.refs)))
        if not self._enum_aliases:
            return column
        real = self._enum(column.type.schema, column.type.name)
        if real is not None:
            column = replace(column, type=replace(column.type, schema=real[0], name=real[1]))
        return replace(column, default=self._default(column.default))

    def _default(self, default: Value | None) -> Value | None:
        if default is None or default.kind is not ValueKind.ENUM:
            return default
        real = self._enum(default.schema, default.enum)
        return default if real is None else replace(default, schema=real[0], enum=real[1])

    def member(self, member: Member) -> Member:
        """The member of a group as the real table."""
        real = self._table(member.schema, member.name)
        return member if real is None else replace(member, schema=real[0], name=real[1])

    def record(self, records: Records) -> Records:
        """The records of the real table."""
        real = self._table(records.schema, records.table)
        return records if real is None else replace(records, schema=real[0], table=real[1])
