"""Rules that look at other rows: checks that read tables by a function, and triggers that wait for the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Shape
from pytest_nself.data.shape.order import root_of

if TYPE_CHECKING:
    import psycopg

_FUNCTIONS = r"""
select distinct n.nspname::pg_catalog.text, r.relname::pg_catalog.text
from pg_catalog.pg_constraint as c
join pg_catalog.pg_depend as d on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.objid = c.oid
join pg_catalog.pg_proc as p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
join pg_catalog.pg_language as l on l.oid = p.prolang
join pg_catalog.pg_class as r on r.oid = c.conrelid
join pg_catalog.pg_namespace as n on n.oid = r.relnamespace
where c.contype = 'c' and l.lanname not in ('c', 'internal')
  and coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) ~* '\mfrom\M'
order by 1, 2
"""

_LATE = """
select exists (select from pg_catalog.pg_trigger as t where t.tgdeferrable and not t.tgisinternal)
"""


def has_late_triggers(connection: psycopg.Connection[Any]) -> bool:
    """Whether a constraint trigger of the schema's own may wait for the end of the transaction."""
    row = connection.execute(_LATE.encode()).fetchone()
    return row is not None and bool(row[0])


def looking_elsewhere(connection: psycopg.Connection[Any], shape: Shape) -> frozenset[ObjectRef]:
    """Tables with a check that calls a function in whose body something is read `from` somewhere.

    What such a check says of rows is only known once the rows are there that it looks at: rows of these tables are
    worth being tried.
    """
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_FUNCTIONS.encode()).fetchall()
    return frozenset(root_of(shape, one.ref) for schema, name in rows for one in shape.named(schema, name))
