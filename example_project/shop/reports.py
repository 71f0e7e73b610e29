"""Reports, on an async connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg import AsyncConnection


@dataclass(frozen=True)
class Month:
    first_day: date
    orders: int
    revenue: Decimal


async def monthly_report(conn: AsyncConnection, year: int) -> list[Month]:
    """Orders and revenue of the session's tenant for each month of the year with orders; cancelled ones left out."""
    cursor = await conn.execute(
        """
        select date_trunc('month', placed_at at time zone 'UTC')::date, count(*), sum(total)
        from order_summaries
        where status <> 'cancelled'
          and placed_at >= make_timestamptz(%(year)s, 1, 1, 0, 0, 0, 'UTC')
          and placed_at < make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, 'UTC')
        group by 1
        order by 1
        """,
        {"year": year},
    )
    return [Month(*row) for row in await cursor.fetchall()]


async def order_history(conn: AsyncConnection, reference: str) -> list[str]:
    """What happened to an order, oldest first."""
    cursor = await conn.execute(
        """
        select audit_events.kind
        from audit_events join orders on orders.id = audit_events.subject
        where orders.reference = %s
        order by audit_events.id
        """,
        [reference],
    )
    return [kind for (kind,) in await cursor.fetchall()]
