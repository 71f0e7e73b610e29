"""Names of database objects, and the only place where identifiers and literals are quoted."""

from __future__ import annotations

import re
from typing import NamedTuple


def quote_identifier(name: str) -> str:
    """`name` as a quoted SQL identifier; ValueError for what PostgreSQL cannot hold (empty, or with a NUL)."""
    if not name or "\0" in name:
        raise ValueError(f"not a PostgreSQL identifier: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def quote_qualified(schema: str | None, name: str) -> str:
    """`schema.name`, each part quoted; without a schema only the name."""
    return quote_identifier(name) if schema is None else f"{quote_identifier(schema)}.{quote_identifier(name)}"


_NEEDS_QUOTES = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize
    not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision
    primary real references returning right row select session_user setof similar smallint some substring symmetric
    system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar
    variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces
    xmlparse xmlpi xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905 - a list of a hundred strings cannot be read
)
"""Keywords that cannot stand everywhere a name can (`pg_get_keywords`, PostgreSQL 15 to 18)."""


def spell_identifier(name: str) -> str:
    """`name` as a person would write it: quoted only where it must be. ValueError as for `quote_identifier`."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _NEEDS_QUOTES:
        return name
    return quote_identifier(name)


def spell_qualified(schema: str | None, name: str) -> str:
    """`schema.name`, each part quoted only where it must be; without a schema only the name."""
    return spell_identifier(name) if schema is None else f"{spell_identifier(schema)}.{spell_identifier(name)}"


NAME_PATTERN = r"""(?:"(?:[^"]|"")+"|[^\s"'(),;.]+)"""
QUALIFIED_PATTERN = rf"{NAME_PATTERN}(?:\s*\.\s*{NAME_PATTERN})*"
"""What a name looks like in SQL, for `re`; blanks may stand around its dots."""


_FOLDED = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(word: str) -> str:
    """A bare word in lower case, as the server folds it: beyond ASCII letters stay as they are."""
    return word.lower() if word.isascii() else word.translate(_FOLDED)


def parse_qualified(text: str) -> tuple[str, ...]:
    """The parts of a name as the server stores them: quotes taken off, the rest in lower case."""
    return tuple(
        part[1:-1].replace('""', '"') if part.startswith('"') else fold(part) for part in re.findall(NAME_PATTERN, text)
    )


def quote_literal(text: str) -> str:
    """`text` as a SQL string literal that means the same whatever standard_conforming_strings says."""
    if "\0" in text:
        raise ValueError("a PostgreSQL string cannot hold a NUL character")
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


class ObjectRef(NamedTuple):
    """What a finding is about: `str()` gives `public.orders`, `public.orders.tenant_id`, `20240501120000_add_users`."""

    kind: str
    schema: str | None
    name: str
    part: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.schema, self.name, self.part) if part is not None)
