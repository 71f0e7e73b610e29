"""Code with connections of its own: the app's kept connection, threads, another process.

These tests commit for real, to a database that is put back afterwards.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

import shop.db
from shop import accounts, catalog, orders

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def kiosk(nself_database):
    """A committed shop with one lamp in stock and one customer; gives the ids of both."""
    with nself_database.connect() as conn:
        tenant = accounts.open_shop(conn, "kiosk", "Kiosk", "cem@example.com")
        catalog.add_product(conn, tenant, "LAMP", "Lamp", Decimal("30.00"), stock=1)
        (customer,) = conn.execute(
            "insert into customers (tenant_id, email, name) values (%s, 'eve@example.com', 'Eve') returning id",
            [tenant],
        ).fetchone()
    return tenant, customer


def test_the_app_was_bound_to_this_database_when_it_was_imported(nself_dsn):
    """DATABASE_URL was set before the app's modules were imported, and it is the address the tests get."""
    assert shop.db.DATABASE_URL == os.environ["DATABASE_URL"] == nself_dsn


def test_the_apps_own_connection_sees_what_was_committed(kiosk):
    """The app's kept connection, opened from its import-time address, works on the same database."""
    tenant, _ = kiosk
    with shop.db.tenant_transaction(tenant) as conn:
        assert [product.sku for product in catalog.list_products(conn)] == ["LAMP"]


def test_the_kept_connection_serves_the_next_test_too(nself_database):
    """The connection that an earlier test may have opened still works, and finds nothing of that test."""
    with shop.db.kept_connection().transaction():
        assert shop.db.kept_connection().execute("select count(*) from users").fetchone() == (0,)


def test_an_error_leaves_nothing_behind(kiosk):
    """A transaction of the app that fails is rolled back for real."""
    tenant, _ = kiosk

    def count_wrongly():
        with shop.db.tenant_transaction(tenant) as conn:
            conn.execute("update products set stock = 99")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        count_wrongly()
    with shop.db.tenant_transaction(tenant) as conn:
        assert [product.stock for product in catalog.list_products(conn)] == [1]


def test_two_threads_cannot_sell_the_last_lamp_twice(kiosk):
    """Two customers at once: one gets the lamp, the other is told that there is none."""
    tenant, customer = kiosk

    def buy(_):
        with shop.db.connect() as conn:
            shop.db.use_tenant(conn, tenant)
            try:
                return orders.place_order(conn, tenant, customer, {"LAMP": 1}).status
            except orders.OutOfStock:
                return "out of stock"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(buy, range(2))) == ["out of stock", "placed"]


def test_another_process_works_on_the_same_database(kiosk):
    """A command line of the app, started by the test, finds the database through DATABASE_URL."""
    tenant, _ = kiosk
    done = subprocess.run(
        [sys.executable, "-m", "shop", "products", str(tenant)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "LAMP\tLamp\t30.00\n"


def test_the_database_starts_empty_again(nself_database):
    """The committed rows of the tests before are gone."""
    with nself_database.connect() as conn:
        assert conn.execute("select count(*) from users").fetchone() == (0,)


@pytest.mark.nself_rollback(False)
def test_a_test_that_commits(nself_db, nself_dsn):
    """With this marker nself_db is a plain connection to the committed database: others see what it commits."""
    accounts.open_shop(nself_db, "kiosk", "Kiosk", "cem@example.com")
    with psycopg.connect(nself_dsn) as other:
        assert other.execute("select count(*) from users").fetchone() == (0,)
        nself_db.commit()
        assert other.execute("select count(*) from users").fetchone() == (1,)


@pytest.mark.nself_rollback(False)
def test_a_deferred_constraint_speaks_at_commit(nself_db, kiosk):
    """The item whose order is missing is refused by the real commit."""
    tenant, _ = kiosk
    shop.db.use_tenant(nself_db, tenant)
    nself_db.execute(
        "insert into order_items (tenant_id, order_id, line, product_id, quantity, unit_price) "
        "select tenant_id, gen_random_uuid(), 1, id, 1, 30 from products"
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        nself_db.commit()
