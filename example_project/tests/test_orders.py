"""Orders: placed, paid, cancelled. All in a transaction that is rolled back after the test."""

from decimal import Decimal

import psycopg
import pytest

from shop import orders
from shop.db import use_tenant

pytestmark = pytest.mark.nself_fixtures("basic")


@pytest.fixture
def leaf(nself_db, nself_fixtures):
    """The connection, at work for the shop Leaf & Cup."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    return nself_db


@pytest.fixture
def order(leaf, nself_fixtures):
    """Cleo has ordered two Sencha and one Assam: 33.90."""
    cleo = nself_fixtures["customers.cleo"]
    return orders.place_order(leaf, cleo.tenant_id, cleo.id, {"TEA-1": 2, "TEA-2": 1})


def stock(conn):
    return dict(conn.execute("select sku, stock from products where active").fetchall())


def test_an_order_is_added_up(order):
    """Total and due are the sum over the lines at today's prices."""
    assert (order.status, order.total, order.due) == ("placed", Decimal("33.90"), Decimal("33.90"))


def test_an_order_takes_from_the_stock(leaf, order):
    """What is ordered is no longer for sale."""
    assert stock(leaf) == {"TEA-1": 8, "TEA-2": 2}


def test_orders_are_numbered(leaf, order, nself_fixtures):
    """Each order has a higher number than the one before; the reference is made from it by the database."""
    cleo = nself_fixtures["customers.cleo"]
    second = orders.place_order(leaf, cleo.tenant_id, cleo.id, {"TEA-1": 1})
    first_number, second_number = (int(one.reference.removeprefix("SO-")) for one in (order, second))
    assert second_number > first_number >= 1000


def test_too_little_stock_changes_nothing(leaf, nself_fixtures):
    """If one line cannot be served, the whole order is undone, and the transaction goes on."""
    cleo = nself_fixtures["customers.cleo"]
    with pytest.raises(orders.OutOfStock, match="TEA-2"):
        orders.place_order(leaf, cleo.tenant_id, cleo.id, {"TEA-1": 1, "TEA-2": 4})
    assert stock(leaf) == {"TEA-1": 10, "TEA-2": 3}
    assert leaf.execute("select count(*) from orders").fetchone() == (0,)


def test_an_order_is_paid_when_nothing_is_due(leaf, order):
    """A part payment leaves the order open, the rest closes it."""
    assert orders.pay(leaf, order.id, Decimal("30.00"), "card").status == "placed"
    paid = orders.pay(leaf, order.id, Decimal("3.90"), "cash")
    assert (paid.status, paid.due) == ("paid", 0)


def test_nobody_pays_more_than_is_due(leaf, order):
    """A payment over the amount due is refused, and none is recorded."""
    with pytest.raises(orders.OrderRefused, match=r"33\.90 is due"):
        orders.pay(leaf, order.id, Decimal("34.00"), "card")
    assert leaf.execute("select count(*) from payments").fetchone() == (0,)


def test_an_unknown_way_to_pay_is_refused(leaf, order):
    """The enum knows the ways to pay; in the aborted transaction nothing works until rollback()."""
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        leaf.execute(
            "insert into payments (tenant_id, order_id, amount, method) values (%s, %s, 1, 'cheque')",
            [
                order.id,
                order.id,
            ],
        )
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        leaf.execute("select 1")
    leaf.rollback()
    assert leaf.execute("select 1").fetchone() == (1,)


def test_cancelling_puts_the_goods_back(leaf, order):
    """A cancelled order leaves the stock as it was."""
    assert orders.cancel(leaf, order.id).status == "cancelled"
    assert stock(leaf) == {"TEA-1": 10, "TEA-2": 3}


def test_a_paid_order_is_not_cancelled(leaf, order):
    """Who has paid gets the goods."""
    orders.pay(leaf, order.id, order.due, "transfer")
    with pytest.raises(orders.OrderRefused):
        orders.cancel(leaf, order.id)


def test_what_the_database_computes_cannot_be_written(leaf, order):
    """Line totals are a generated column: nobody writes a wrong one."""
    with pytest.raises(psycopg.errors.GeneratedAlways):
        leaf.execute("update order_items set line_total = 0")
    leaf.rollback()


def test_items_may_come_before_their_order(leaf, nself_fixtures):
    """The foreign key is deferred: it is checked when the transaction ends, here when the test asks for it."""
    cleo, sencha = nself_fixtures["customers.cleo"], nself_fixtures["products.sencha"]
    order_id = "50000000-0000-4000-8000-00000000000a"
    leaf.execute(
        "insert into order_items (tenant_id, order_id, line, product_id, quantity, unit_price) "
        "values (%s, %s, 1, %s, 3, 12.50)",
        [cleo.tenant_id, order_id, sencha.id],
    )
    leaf.execute(
        "insert into orders (id, tenant_id, customer_id) values (%s, %s, %s)", [order_id, cleo.tenant_id, cleo.id]
    )
    leaf.execute("set constraints all immediate")
    assert orders.find_order(leaf, order_id).total == Decimal("37.50")


def test_items_without_an_order_do_not_pass(leaf, nself_fixtures):
    """An item whose order never comes is refused at the end of the transaction."""
    sencha = nself_fixtures["products.sencha"]
    leaf.execute(
        "insert into order_items (tenant_id, order_id, line, product_id, quantity, unit_price) "
        "values (%s, gen_random_uuid(), 1, %s, 3, 12.50)",
        [sencha.tenant_id, sencha.id],
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        leaf.execute("set constraints all immediate")
    leaf.rollback()


def test_commit_and_rollback_work_in_a_test(leaf, nself_fixtures):
    """What was committed outlives a rollback within the test, what was not does not; nothing outlives the test."""
    cleo = nself_fixtures["customers.cleo"]
    kept = orders.place_order(leaf, cleo.tenant_id, cleo.id, {"TEA-1": 1})
    leaf.commit()
    use_tenant(leaf, cleo.tenant_id)
    lost = orders.place_order(leaf, cleo.tenant_id, cleo.id, {"TEA-1": 1})
    leaf.rollback()
    use_tenant(leaf, cleo.tenant_id)
    assert orders.find_order(leaf, kept.id) == kept
    with pytest.raises(LookupError):
        orders.find_order(leaf, lost.id)


def test_the_tenant_is_forgotten_when_the_transaction_ends(leaf, nself_fixtures):
    """The tenant holds for one transaction, as in production: after commit() the session sees nothing."""
    assert leaf.execute("select count(*) from products").fetchone() == (3,)
    leaf.commit()
    assert leaf.execute("select count(*) from products").fetchone() == (0,)
