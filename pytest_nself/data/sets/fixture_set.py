"""A fixture set as a value: which rows its files declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import TableSpec


class FixtureKind(Enum):
    """How the rows of a set are written."""

    SQL = "sql"
    YAML = "yaml"
    JSON = "json"
    PYTHON = "python"
    FOLDER = "folder"
    """A folder of files of these kinds."""


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """A set that exists in the fixtures folder but is not read yet; `path` is its file or its folder."""

    name: str
    kind: FixtureKind
    path: str


@dataclass(frozen=True, slots=True)
class Named:
    """The name of another set, and where it stands."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Expected:
    """How many rows the set, with those that it extends, brings to a table."""

    table: ObjectRef
    count: int
    place: Place


@dataclass(frozen=True, slots=True)
class Needed:
    """`depends_on: {posts: [settings]}`: rows of `table` come after those of `first`."""

    table: ObjectRef
    first: ObjectRef
    place: Place


@dataclass(frozen=True, slots=True)
class Polymorphic:
    """`comments.commentable: {type: kind, key: of_id, posts: Post}`: a reference whose table a column names.

    `values` are what the type column holds for each table as it is written; any other table's name stands for itself.
    """

    table: ObjectRef
    name: str
    type_column: str
    key_column: str
    values: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class SqlPart:
    """A `.sql` file of a set: sent as it stands; `statements` is how many answers it brings."""

    sql: str
    place: Place
    statements: int
    before_rows: bool = True


@dataclass(frozen=True, slots=True)
class FixtureSet:
    """A read set. A `.sql` set has no `tables`; a folder may have both.

    `files` are the paths that it was read from and `digest` is the sha256 of their bytes.
    """

    name: str
    kind: FixtureKind
    place: Place
    tables: tuple[TableSpec, ...] = ()
    parts: tuple[SqlPart, ...] = ()
    extends: tuple[Named, ...] = ()
    expects: tuple[Expected, ...] = ()
    needs: tuple[Needed, ...] = ()
    polymorphic: tuple[Polymorphic, ...] = ()
    files: tuple[str, ...] = ()
    digest: str = field(default="", compare=False)

    @property
    def sql(self) -> str:
        """The text of its `.sql` files."""
        return "\n".join(part.sql for part in self.parts)
