"""Orders: placed, paid, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from psycopg import Connection


class OutOfStock(Exception):
    """There is less of a product than was ordered."""


class OrderRefused(Exception):
    """The order is not in a state that allows this."""


@dataclass(frozen=True)
class Order:
    id: UUID
    reference: str
    status: str
    total: Decimal
    due: Decimal


def place_order(conn: Connection, tenant_id: UUID, customer_id: UUID, quantities: Mapping[str, int]) -> Order:
    """An order of `quantities` (SKU -> how many) at today's prices; takes the goods from the stock.

    Raises OutOfStock; then nothing at all is changed.
    """
    if not quantities:
        raise OrderRefused("an order needs at least one product")
    with conn.transaction():
        row = conn.execute(
            "insert into orders (tenant_id, customer_id) values (%s, %s) returning id", [tenant_id, customer_id]
        ).fetchone()
        assert row is not None
        for line, (sku, quantity) in enumerate(quantities.items(), start=1):
            _take(conn, sku, quantity)
            conn.execute(
                """
                insert into order_items (tenant_id, order_id, line, product_id, quantity, unit_price)
                select products.tenant_id, %(order)s, %(line)s, products.id, %(quantity)s, price.amount
                from products
                cross join lateral (
                    select amount from product_prices
                    where product_prices.product_id = products.id and valid_from <= current_date
                    order by valid_from desc
                    limit 1
                ) as price
                where products.sku = %(sku)s
                """,
                {"order": row[0], "line": line, "quantity": quantity, "sku": sku},
            )
    return find_order(conn, row[0])


def pay(conn: Connection, order_id: UUID, amount: Decimal, method: str) -> Order:
    """Take a payment; the order is paid when nothing is due. Raises OrderRefused for more than is due."""
    order = find_order(conn, order_id)
    if order.status != "placed" or amount > order.due:
        raise OrderRefused(f"{order.reference} is {order.status}, {order.due} is due")
    with conn.transaction():
        conn.execute(
            "insert into payments (tenant_id, order_id, amount, method) "
            "select tenant_id, id, %s, %s::payment_method from orders where id = %s",
            [amount, method, order_id],
        )
        if amount == order.due:
            conn.execute("update orders set status = 'paid' where id = %s", [order_id])
    return find_order(conn, order_id)


def cancel(conn: Connection, order_id: UUID) -> Order:
    """Cancel an order that is not paid and put its goods back. Raises OrderRefused."""
    with conn.transaction():
        cancelled = conn.execute(
            "update orders set status = 'cancelled' where id = %s and status = 'placed' returning id", [order_id]
        ).fetchone()
        if cancelled is None:
            raise OrderRefused("only an order that is placed and not paid can be cancelled")
        conn.execute(
            """
            update products set stock = stock + order_items.quantity
            from order_items
            where order_items.product_id = products.id and order_items.order_id = %s
            """,
            [order_id],
        )
    return find_order(conn, order_id)


def find_order(conn: Connection, order_id: UUID) -> Order:
    """The order; LookupError if the session's tenant has no such order."""
    row = conn.execute(
        "select id, reference, status::text, total, due from order_summaries where id = %s", [order_id]
    ).fetchone()
    if row is None:
        raise LookupError(f"no order {order_id}")
    return Order(*row)


def _take(conn: Connection, sku: str, quantity: int) -> None:
    taken = conn.execute(
        "update products set stock = stock - %(quantity)s "
        "where sku = %(sku)s and active and stock >= %(quantity)s returning id",
        {"sku": sku, "quantity": quantity},
    ).fetchone()
    if taken is None:
        raise OutOfStock(sku)
