"""Hasura, config v3: a JSON document, version to dirty, for each database that Hasura knows."""

from __future__ import annotations

from pytest_nself.migrations.foreign.ledger import OTHER, Found, MatchBy, Tool


def _object(value: str) -> str:
    return f"case pg_catalog.jsonb_typeof({value}) when 'object' then {value} else '{{}}' end"


def _rows(found: Found) -> str:
    migrations = "v.cli_state -> 'migrations'"
    return (
        "select d.key as source, m.key as key, m.key as version, m.value <> 'false'::jsonb as dirty,"
        f" null::text as hash, null::float8 as applied from {found.quoted} v,"
        f" pg_catalog.jsonb_each({_object(migrations)}) d,"
        f" pg_catalog.jsonb_each({_object('d.value')}) m"
    )


TOOL = Tool(
    name="hasura-v3",
    tables=("hdb_version",),
    schema="hdb_catalog",
    recognise=lambda found: found.has(cli_state=OTHER),
    rows=_rows,
    by=MatchBy.VERSION,
    note="Hasura's own command line writes cli_state; nself only reads it",
)
