"""The rows of fixture sets, as tests see them, and rows that are made on the spot."""

from decimal import Decimal

import pytest


@pytest.mark.nself_fixtures("basic")
def test_rows_of_a_set_have_names(nself_fixtures):
    """A labelled row shows all its columns as they were stored, defaults included."""
    sencha = nself_fixtures["products.sencha"]
    assert sencha.name == "Sencha"
    assert sencha["tags"] == ["green", "japan"]
    assert sencha.attributes["brewing"] == {"celsius": 70, "minutes": 1.5}
    assert sencha.active is True


@pytest.mark.nself_fixtures("basic")
def test_a_table_gives_its_rows_in_file_order(nself_fixtures):
    """Without a label all rows of the table come back, in the order of the file."""
    assert [product.sku for product in nself_fixtures["products"]] == ["TEA-1", "TEA-2", "TEA-0", "TEA-1"]
    assert nself_fixtures["product_prices.assam"].amount == Decimal("8.90")
    assert len(nself_fixtures["memberships"]) == 3


@pytest.mark.nself_fixtures("basic")
def test_keys_lead_from_row_to_row(nself_fixtures):
    """ref() follows foreign keys, to rows of the set and to those of a migration."""
    price = nself_fixtures.ref("product_prices.sencha-later")
    assert price.product.name == "Sencha"
    assert price.product.tenant.slug == "leaf"
    assert price.product.category.slug == "tea"
    assert nself_fixtures.ref("products.assam").category is None


@pytest.mark.nself_fixtures("basic")
def test_rows_show_what_was_loaded_until_they_are_read_again(nself_db, nself_fixtures):
    """What a test changes shows in the rows after refresh()."""
    nself_db.execute("update users set name = 'Adele' where email = 'ada@example.com'")
    assert nself_fixtures["users.ada"].name == "Ada"
    assert nself_fixtures.refresh()["users.ada"].name == "Adele"


@pytest.mark.nself_fixtures("busy-day")
def test_a_set_may_ask_for_rows_that_are_made(nself_fixtures):
    """Twenty customers that nobody has written down, each with an order of its own."""
    orders = [nself_fixtures[f"orders.o{number}"] for number in range(1, 21)]
    customers = [nself_fixtures[f"customers.c{number}"] for number in range(1, 21)]
    assert [order.customer_id for order in orders] == [customer.id for customer in customers]
    assert len({customer.email for customer in customers}) == 20
    assert {order.tenant_id for order in orders} == {nself_fixtures["tenants.leaf"].id}


def test_a_set_may_be_loaded_in_the_test(nself_fixtures):
    """load() brings the rows when the test wants them."""
    nself_fixtures.load("basic")
    assert bytes(nself_fixtures["products.assam"].photo).startswith(b"\x89PNG")


@pytest.mark.nself_fixtures("basic", share=False)
def test_a_transaction_of_its_own(nself_db, nself_fixtures):
    """Tests with the same sets share a transaction, so now() may be older than the test; not so with share=False."""
    assert nself_db.execute("select clock_timestamp() - now() < '1 s'").fetchone() == (True,)
    assert nself_fixtures["tenants.fern"].name == "Fern Garden"


@pytest.mark.nself_fixtures("basic")
def test_rows_are_made_on_the_spot(nself_fixtures, nself_make):
    """nself_make gives valid rows; what is not said is made up, what they need is made too."""
    leaf = nself_fixtures["tenants.leaf"]
    products = nself_make("products", 5, tenant=leaf, stock=7)
    assert {(product.tenant_id, product.stock) for product in products} == {(leaf.id, 7)}
    assert len({product.sku for product in products}) == 5
    price = nself_make("product_prices", product=products[0], amount=Decimal("2.50"))
    assert (price.tenant_id, price.product_id, price.amount) == (leaf.id, products[0].id, Decimal("2.50"))
    assert "@" in nself_make("users").email


def test_a_test_starts_without_the_rows_of_others(nself_db):
    """Whatever other tests have loaded, this one starts with empty tables."""
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
