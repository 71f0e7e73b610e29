"""What a tenant sells. Row-level security adds the tenant to every query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Product:
    id: UUID
    sku: str
    name: str
    price: Decimal
    stock: int


def list_products(conn: Connection, tag: str | None = None, on: date | None = None) -> list[Product]:
    """The active products that have a price on that day (today if none is given), by name; with `tag` only those."""
    rows = conn.execute(
        """
        select products.id, products.sku, products.name, price.amount, products.stock
        from products
        cross join lateral (
            select amount from product_prices
            where product_prices.product_id = products.id
              and valid_from <= coalesce(%(day)s::date, current_date)
            order by valid_from desc
            limit 1
        ) as price
        where products.active and (%(tag)s::text is null or products.tags @> array[%(tag)s::text])
        order by products.name
        """,
        {"tag": tag, "day": on},
    ).fetchall()
    return [Product(*row) for row in rows]


def add_product(
    conn: Connection, tenant_id: UUID, sku: str, name: str, price: Decimal, stock: int = 0, **attributes: object
) -> UUID:
    """A new product with its price from today on; gives its id."""
    row = conn.execute(
        """
        insert into products (tenant_id, sku, name, stock, attributes)
        values (%s, %s, %s, %s, %s)
        returning id
        """,
        [tenant_id, sku, name, stock, Jsonb(attributes)],
    ).fetchone()
    assert row is not None
    set_price(conn, tenant_id, row[0], price)
    return row[0]


def set_price(
    conn: Connection, tenant_id: UUID, product_id: UUID, price: Decimal, valid_from: date | None = None
) -> None:
    """The product's price from that day on (today if none is given)."""
    conn.execute(
        """
        insert into product_prices (tenant_id, product_id, valid_from, amount)
        values (%s, %s, coalesce(%s::date, current_date), %s)
        on conflict (tenant_id, product_id, valid_from) do update set amount = excluded.amount
        """,
        [tenant_id, product_id, valid_from, price],
    )
