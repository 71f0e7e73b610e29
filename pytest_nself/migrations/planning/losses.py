"""What a plan would take from a database: the tables that its statements drop or empty, as far as they name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import QUALIFIED_PATTERN, parse_qualified
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import DATA_LOSS, Statement
from pytest_nself.migrations.statements import split, without_comments

if TYPE_CHECKING:
    import psycopg

_LIST = rf"(?P<names>{QUALIFIED_PATTERN}(?:\s*\*?\s*,\s*(?:only\s+)?{QUALIFIED_PATTERN})*)"
_TABLES = (
    rf"(?is)^(?:drop\s+(?:table|materialized\s+view)\s+(?:if\s+exists\s+)?|truncate\s+(?:table\s+)?(?:only\s+)?"
    rf"|delete\s+from\s+(?:only\s+)?){_LIST}"
)
_COLUMN = rf"(?is)^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<names>{QUALIFIED_PATTERN})\b.*?\bdrop\s+column\b"
_SCHEMAS = rf"(?is)^drop\s+schema\s+(?:if\s+exists\s+)?{_LIST}"


def read_losses(connection: psycopg.Connection[Any], plan: Plan) -> list[tuple[str, int, int]]:
    """(table, estimated rows, bytes with indexes) of what the plan's statements name, largest first; only reads."""
    tables, schemas = set[tuple[str, ...]](), set[str]()
    for kind, name in _named(plan):
        if kind == "schema":
            schemas.add(name[-1])
        else:
            tables.add(name[-2:])
    if not tables and not schemas:
        return []
    rows = connection.execute(
        "select pg_catalog.format('%%I.%%I', n.nspname, c.relname), greatest(c.reltuples, 0)::bigint,"
        " pg_catalog.pg_total_relation_size(c.oid)"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'm', 'p') and (n.nspname = any(%(schemas)s)"
        " or (n.nspname, c.relname) in (select q.* from rows from"
        " (pg_catalog.unnest(%(in_schema)s::text[]), pg_catalog.unnest(%(qualified)s::text[])) q)"
        " or (c.relname = any(%(bare)s) and pg_catalog.pg_table_is_visible(c.oid))) order by 3 desc, 1",
        {
            "schemas": sorted(schemas),
            "in_schema": [name[0] for name in tables if len(name) == 2],
            "qualified": [name[1] for name in tables if len(name) == 2],
            "bare": [name[0] for name in tables if len(name) == 1],
        },
    ).fetchall()
    return [(str(name), int(estimate), int(size)) for name, estimate, size in rows]


def _named(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """('table' or 'schema', name) for everything that the plan's hazardous statements take away."""
    for step in plan.steps:
        if not isinstance(step, Statement) or DATA_LOSS not in step.hazards:
            continue
        for statement in split(step.sql.text):
            if statement.words[:1] not in (("drop",), ("truncate",), ("delete",), ("alter",)):
                continue
            text = without_comments(step.sql.text[statement.start : statement.end])
            for kind, pattern in (("table", _TABLES), ("table", _COLUMN), ("schema", _SCHEMAS)):
                if match := re.match(pattern, text):
                    for one in re.finditer(QUALIFIED_PATTERN, match["names"]):
                        if (name := parse_qualified(one.group())) and name != ("only",):
                            yield kind, name
