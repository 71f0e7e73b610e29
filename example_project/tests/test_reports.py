"""Reports on the async connection; asyncio.run is all that is needed."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from shop.reports import Month, monthly_report, order_history

pytestmark = pytest.mark.nself_fixtures("orders-of-2024")  # extends `basic`


@pytest.fixture
def leaf(nself_fixtures):
    """The id of the shop Leaf & Cup."""
    return nself_fixtures["tenants.leaf"].id


async def for_tenant(tenant, conn, query, *arguments):
    await conn.execute("select set_config('app.tenant_id', %s, true)", [str(tenant)])
    return await query(conn, *arguments)


def test_the_monthly_report_counts_what_was_not_cancelled(nself_async_db, leaf):
    """Months with orders are listed in order; the cancelled order of July is left out."""
    report = asyncio.run(for_tenant(leaf, nself_async_db, monthly_report, 2024))
    assert report == [Month(date(2024, 3, 1), 2, Decimal("50.00"))]


def test_a_year_without_orders_has_an_empty_report(nself_async_db, leaf):
    """Orders of another year do not count."""
    assert asyncio.run(for_tenant(leaf, nself_async_db, monthly_report, 2023)) == []


def test_the_history_of_an_order(nself_async_db, leaf):
    """The trigger writes what happens to an order, in the order in which it happens."""

    async def ship_and_ask(conn):
        await conn.execute("select set_config('app.tenant_id', %s, true)", [str(leaf)])
        cursor = await conn.execute("update orders set status = 'shipped' where status = 'paid' returning reference")
        (reference,) = await cursor.fetchone()
        return await order_history(conn, reference)

    assert asyncio.run(ship_and_ask(nself_async_db)) == ["order placed", "order shipped"]


def test_both_connections_are_in_the_same_transaction(nself_db, nself_async_db):
    """What a test sets up on one, the code under test finds on the other."""
    nself_db.execute("insert into users (email, name) values ('dee@example.com', 'Dee')")

    async def names():
        cursor = await nself_async_db.execute("select name from users order by name")
        return [name for (name,) in await cursor.fetchall()]

    assert asyncio.run(names()) == ["Ada", "Ben", "Dee"]
