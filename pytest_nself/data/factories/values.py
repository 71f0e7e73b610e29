"""Python values <-> the server's texts, as psycopg has them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import FixtureError
from pytest_nself.data.shape.model import Column, Type, TypeKind

if TYPE_CHECKING:
    from psycopg.abc import Transformer

_JSON = ("json", "jsonb")


def written(value: Any, column: Column, context: Any) -> str | None:
    """The text of a value for this column. FixtureError for one that psycopg cannot write."""
    if value is None or isinstance(value, str):
        return value
    plain = column.type.plain
    if isinstance(value, Enum):
        return _label(value, plain)
    if plain.name in _JSON and not hasattr(value, "obj"):
        import json

        return json.dumps(value, default=str)
    if isinstance(value, tuple | set | frozenset) and plain.kind is TypeKind.ARRAY:
        value = list(value)
    return _dumped(value, column, context)


def read(text: str | None, type_: Type, transformer: Transformer) -> Any:
    """The value of a text, as a query would bring it; the text itself for types that psycopg does not know."""
    if text is None:
        return None
    oid = _oid(type_)
    if oid is None:
        return text
    from psycopg.pq import Format

    return transformer.get_loader(oid, Format.TEXT).load(text.encode())


def transformer_of(context: Any) -> Transformer:
    """What reads texts, for `read`."""
    from psycopg.adapt import Transformer

    return Transformer(context)


def _label(value: Enum, plain: Type) -> str:
    return str(value.name) if value.name in plain.labels and value.value not in plain.labels else str(value.value)


def _dumped(value: Any, column: Column, context: Any) -> str:
    from psycopg import ProgrammingError
    from psycopg.adapt import PyFormat, Transformer

    if isinstance(value, Mapping) and column.type.plain.name == "hstore":
        return ", ".join(f'"{key}"=>"{one}"' for key, one in value.items())
    try:
        dumped = Transformer(context).get_dumper(value, PyFormat.TEXT).dump(value)
    except ProgrammingError as error:
        raise FixtureError(
            f"{column.name} cannot take a value of {type(value).__name__}.",
            str(error),
            f"give a text that {column.type.written} reads, or a type that psycopg writes",
        ) from None
    return bytes(dumped or b"").decode()


def _oid(type_: Type) -> int | None:
    from psycopg.postgres import types

    plain = type_.plain
    if plain.kind is TypeKind.ARRAY:
        inner = None if plain.inner is None else plain.inner.plain
        info = None if inner is None or inner.schema != "pg_catalog" else types.get(inner.name)
        return None if info is None or inner is None or inner.kind is not TypeKind.BASE else info.array_oid
    info = types.get(plain.name) if plain.schema == "pg_catalog" else None
    return None if info is None else info.oid
