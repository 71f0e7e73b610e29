"""What was read of a schema, before it is put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from .elements import MetadataBlock
from .model import (
    Block,
    Comment,
    Enum,
    Project,
    Records,
    Ref,
    StickyNote,
    Table,
    TableGroup,
    TablePartial,
    Use,
)


@dataclass(slots=True)
class Parts:
    """The elements of one file or of several, each kind in its order."""

    projects: list[Project] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    partials: list[TablePartial] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    refs: list[Ref] = field(default_factory=list)
    groups: list[TableGroup] = field(default_factory=list)
    notes: list[StickyNote] = field(default_factory=list)
    records: list[Records] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    metadata: list[MetadataBlock] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def extend(self, other: Parts) -> None:
        """Add the elements of another file."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))
