"""A schema as JSON, for other programs.

    {"format": 1, "project": null,
     "tables": [{"schema": "public", "name": "users", "alias": null, "group": null, "note": null,
                 "columns": [{"name": "id", "type": "bigint", "nullable": false, "primary_key": true, "unique": false,
                              "increment": true, "default": {"kind": "expression", "value": "now()"}, "checks": [],
                              "note": null}],
                 "indexes": [{"name": null, "columns": [{"text": "email", "expression": false, "order": "desc",
                              "nulls": "last"}], "primary_key": false, "unique": true, "type": null, "where": null,
                              "note": null}],
                 "checks": [{"name": null, "expression": "price > 0"}],
                 "directives": ["hasura:permissions user:select[id]"], "comments": []}],
     "enums": [{"schema": "public", "name": "role", "values": ["admin"], "note": null}],
     "references": [{"name": null, "from": {"schema": "public", "table": "posts", "columns": ["author_id"]},
                     "to": {"schema": "public", "table": "users", "columns": ["id"]}, "relation": "many to one",
                     "on_delete": null, "on_update": null}]}

A table in `from` holds the key that points to `to`; of a `many to many` reference none of the two does.
"""

from __future__ import annotations

from json import dumps
from typing import Any

from pytest_nself.schema.model import (
    PUBLIC,
    Column,
    Endpoint,
    Enum,
    Index,
    Note,
    Ref,
    Relation,
    Schema,
    Table,
    Value,
)

from .diagram import primary

FORMAT = 1


def schema_json(schema: Schema) -> str:
    """The text of the document."""
    return dumps(schema_data(schema), indent=2, ensure_ascii=False) + "\n"


def schema_data(schema: Schema) -> dict[str, Any]:
    """The document as values that JSON has."""
    groups = {member.key: group.name for group in schema.groups for member in group.members}
    return {
        "format": FORMAT,
        "project": schema.project.name if schema.project is not None else None,
        "tables": [_table(one, groups.get(one.key)) for one in schema.tables],
        "enums": [_enum(one) for one in schema.enums],
        "references": [_ref(one) for one in schema.refs if not one.inactive],
    }


def _table(table: Table, group: str | None) -> dict[str, Any]:
    keys = primary(table)
    return {
        "schema": table.schema or PUBLIC,
        "name": table.name,
        "alias": table.alias,
        "group": group,
        "note": _text(table.note),
        "columns": [_column(one, one.name in keys) for one in table.columns],
        "indexes": [_index(one) for one in table.indexes],
        "checks": [{"name": one.name, "expression": one.expression} for one in table.checks],
        "directives": [one.text for one in table.directives],
        "comments": [one.text for one in table.comments],
    }


def _column(column: Column, primary_key: bool) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type.text,
        "nullable": not (column.not_null or primary_key),
        "primary_key": primary_key,
        "unique": column.unique,
        "increment": column.increment,
        "default": _value(column.default),
        "checks": [one.expression for one in column.checks],
        "note": _text(column.note),
    }


def _value(value: Value | None) -> dict[str, Any] | None:
    return None if value is None else {"kind": value.kind.value, "value": value.text}


def _index(index: Index) -> dict[str, Any]:
    nulls = {None: None, True: "first", False: "last"}
    order = {None: None, True: "desc", False: "asc"}
    columns = [
        {
            "text": one.text,
            "expression": one.expression,
            "order": order[one.descending],
            "nulls": nulls[one.nulls_first],
        }
        for one in index.items
    ]
    return {
        "name": index.name,
        "columns": columns,
        "primary_key": index.pk,
        "unique": index.unique,
        "type": index.type,
        "where": index.where,
        "note": _text(index.note),
    }


def _enum(enum: Enum) -> dict[str, Any]:
    values = [one.name for one in enum.values]
    return {"schema": enum.schema or PUBLIC, "name": enum.name, "values": values, "note": _text(enum.note)}


def _ref(ref: Ref) -> dict[str, Any]:
    holder, target = ref.foreign_key or (ref.left, ref.right)
    words = {Relation.MANY_TO_MANY: "many to many", Relation.ONE_TO_ONE: "one to one"}
    return {
        "name": ref.name,
        "from": _end(holder),
        "to": _end(target),
        "relation": words.get(ref.relation, "many to one"),
        "on_delete": ref.on_delete,
        "on_update": ref.on_update,
    }


def _end(end: Endpoint) -> dict[str, Any]:
    return {"schema": end.schema or PUBLIC, "table": end.table, "columns": list(end.columns)}


def _text(note: Note | None) -> str | None:
    return None if note is None else note.text
