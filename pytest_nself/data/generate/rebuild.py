"""Empty tables are loaded faster without their keys: dropped before the COPY, made again after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_nself.core.step import Step
from pytest_nself.data.shape.model import Shape, Table

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Steps before and after the COPY of one table."""

    before: tuple[Step, ...]
    after: tuple[Step, ...]


def read_rebuild(
    connection: psycopg.Connection[Any], shape: Shape, table: Table, existing: int, rows: int
) -> Rebuild | None:
    """How the table's keys are dropped and made again; None where that is not safe, or not worth it."""
    return None
