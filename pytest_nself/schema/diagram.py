"""What a schema.dbml says beside tables, enums and references: groups, notes, sample rows, what it uses."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_nself.core.place import Place

from .values import NOWHERE, Comment, Key, Note, Setting, Value, key_of


@dataclass(frozen=True, slots=True)
class Member:
    """A table that a group names; an alias is already replaced."""

    name: str
    schema: str | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def key(self) -> Key:
        """How the table is found."""
        return key_of(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class TableGroup:
    """Tables that belong together; no object of a database."""

    name: str
    members: tuple[Member, ...] = ()
    schema: str | None = None
    note: Note | None = None
    settings: tuple[Setting, ...] = ()
    metadata: tuple[Setting, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StickyNote:
    """A note of its own on the diagram."""

    name: str
    text: str
    settings: tuple[Setting, ...] = ()
    metadata: tuple[Setting, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Records:
    """Sample rows of a table; each row has one value per column."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    schema: str | None = None
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def key(self) -> Key:
        """The key of the table."""
        return key_of(self.schema, self.table)


@dataclass(frozen=True, slots=True)
class Project:
    """The head of a file."""

    name: str | None = None
    settings: tuple[Setting, ...] = ()
    note: Note | None = None
    metadata: tuple[Setting, ...] = ()
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Used:
    """One element that a `use` names: its kind (`table`, `enum` …), its name, and the name it gets here."""

    kind: str
    name: str
    schema: str | None = None
    alias: str | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Use:
    """`use { table users } from './other'`; without elements everything is used. `again` is `reuse`."""

    path: str
    elements: tuple[Used, ...] = ()
    again: bool = False
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """An element that no database can show (`DiagramView`, `Dep`, `Metadata`): its text as written, nothing lost."""

    kind: str
    name: str | None
    text: str
    comments: tuple[Comment, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)
