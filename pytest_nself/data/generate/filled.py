"""A table's rows as they were decided, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Shape, Table

from .existing import Existing
from .rows import Rows

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Ground:
    """What every table's rows stand on.

    `wanted` are, by table, the columns that others refer to; `demands` values that those would like to find there;
    `domains` remembers what was found for a domain by itself.
    """

    connection: psycopg.Connection[Any]
    shape: Shape
    seed: int
    wanted: Mapping[ObjectRef, Collection[str]]
    demands: Mapping[ObjectRef, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    domains: dict[tuple[str, str, int], Sequence[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Filled:
    """A table's rows, and what there is to say of them.

    `left` are the columns that the server fills, `nulls` those that stay null, with the reason. `acceptance` is, by
    check, the share of the tried values that it let through. `short` says why there are fewer rows than wanted,
    `unknown` what the server said of rows that break a rule which no constraint tells of.
    """

    table: Table
    rows: Rows
    existing: Existing
    counted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    nulls: dict[str, str] = field(default_factory=dict)
    acceptance: dict[str, float] = field(default_factory=dict)
    unsolved: dict[str, str] = field(default_factory=dict)
    short: str = ""
    unknown: str = ""
