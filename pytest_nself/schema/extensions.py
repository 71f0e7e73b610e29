"""Extensions that a schema.dbml needs without saying so: for its types, and for the functions that it calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_nself.core.names import fold
from pytest_nself.core.place import Place

from .model import ColumnType, Schema, Table, ValueKind
from .types import TypeNames, extension_of

FUNCTIONS: Mapping[str, str] = {
    **dict.fromkeys(
        ("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v3", "uuid_generate_v4", "uuid_generate_v5"),
        "uuid-ossp",
    ),
    **dict.fromkeys(("crypt", "gen_salt", "gen_random_bytes", "pgp_sym_encrypt", "pgp_sym_decrypt"), "pgcrypto"),
    **dict.fromkeys(("similarity", "word_similarity", "show_trgm"), "pg_trgm"),
    **dict.fromkeys(("levenshtein", "soundex", "metaphone", "dmetaphone"), "fuzzystrmatch"),
    **dict.fromkeys(("ll_to_earth", "earth_distance", "earth_box"), "earthdistance"),
    **dict.fromkeys(("st_makepoint", "st_point", "st_setsrid", "st_geomfromtext", "st_isvalid", "st_srid"), "postgis"),
    "unaccent": "unaccent",
}
"""The extension that brings a function."""

_CALLED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")


@dataclass(frozen=True, slots=True)
class Needed:
    """A type or function, and the extension that it comes from; `brings` is its bare name."""

    extension: str
    brings: str
    place: Place
    is_type: bool


def needed_extensions(schema: Schema, tables: tuple[Table, ...]) -> tuple[Needed, ...]:
    """What the tables use that an extension brings, each once, where it is used first."""
    names = TypeNames(schema)
    found: dict[tuple[str, bool], Needed] = {}
    for table in tables:
        for column in table.columns:
            needed = _of_type(column.type, names)
            if needed is not None:
                found.setdefault((needed.brings, True), needed)
        for text, place in _expressions(table):
            for called in map(fold, _CALLED.findall(text)):
                if called in FUNCTIONS:
                    found.setdefault((called, False), Needed(FUNCTIONS[called], called, place, False))
    return tuple(found.values())


def _of_type(kind: ColumnType, names: TypeNames) -> Needed | None:
    extension = None if names.own(kind) is not None else extension_of(names.spell(kind))
    if extension is None:
        return None
    bare = fold(re.split(r"[(\[]", kind.name)[0].strip()).rpartition(".")[2]
    return Needed(extension, bare, kind.place, True)


def _expressions(table: Table) -> Iterator[tuple[str, Place]]:
    for column in table.columns:
        if column.default is not None and column.default.kind is ValueKind.EXPRESSION:
            yield column.default.text, column.default.place
        yield from ((check.expression, check.place) for check in column.checks)
    yield from ((check.expression, check.place) for check in table.checks)
    for index in table.indexes:
        yield from ((item.text, item.place) for item in index.items if item.expression)
        if index.where is not None:
            yield index.where, index.place
