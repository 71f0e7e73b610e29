"""The rows of fixture sets, as tests see them."""

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


def test_a_set_may_be_loaded_in_the_test(nself_fixtures):
    """load() brings the rows when the test wants them."""
    nself_fixtures.load("basic")
    assert bytes(nself_fixtures["products.assam"].photo).startswith(b"\x89PNG")


def test_a_test_starts_without_the_rows_of_others(nself_db):
    """Whatever other tests have loaded, this one starts with empty tables."""
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
