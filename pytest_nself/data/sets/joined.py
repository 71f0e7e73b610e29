"""The files of a folder as one set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from pytest_nself.core.place import Place
from pytest_nself.data.written.cells import TableSpec

from .fixture_set import FixtureKind, FixtureSet, SqlPart


def joined(name: str, place: Place, files: Sequence[FixtureSet]) -> FixtureSet:
    """One set of `files` (in the order of their names): rows together, tables as the first file has them.

    SQL of files before the first one with rows runs before all rows, other SQL behind them.
    """
    tables: dict[tuple[str | None, str], TableSpec] = {}
    parts: list[SqlPart] = []
    for one in files:
        for spec in one.tables:
            key = (spec.table.schema, spec.table.name)
            before = tables.get(key)
            tables[key] = (
                spec
                if before is None
                else replace(before, rows=before.rows + spec.rows, generated=before.generated + spec.generated)
            )
        parts += [replace(part, before_rows=not tables) for part in one.parts]
    extends = {found.name: found for one in reversed(files) for found in reversed(one.extends)}
    digest = sha256("\n".join(f"{one.digest} {file}" for one in files for file in one.files).encode()).hexdigest()
    return FixtureSet(
        name,
        FixtureKind.FOLDER,
        place,
        tuple(tables.values()),
        tuple(parts),
        tuple(reversed(extends.values())),
        expects=tuple(found for one in files for found in one.expects),
        needs=tuple(found for one in files for found in one.needs),
        polymorphic=tuple(found for one in files for found in one.polymorphic),
        files=tuple(file for one in files for file in one.files),
        digest=digest,
    )
