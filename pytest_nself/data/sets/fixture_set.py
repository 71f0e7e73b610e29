"""A fixture set as a value: which rows a file declares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import TableSpec


class FixtureKind(Enum):
    """How the rows of a set are written."""

    SQL = "sql"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """A set that exists in the folder but is not read yet."""

    name: str
    kind: FixtureKind
    path: str


@dataclass(frozen=True, slots=True)
class FixtureSet:
    """A read set: `tables` in the order they are loaded (YAML), or `sql` as it stands in the file."""

    name: str
    kind: FixtureKind
    place: Place
    tables: tuple[TableSpec, ...] = ()
    sql: str = ""
