"""What a tenant sells."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from shop import catalog
from shop.db import use_tenant

pytestmark = pytest.mark.nself_fixtures("basic")


def test_active_products_are_listed_with_todays_price(nself_db, nself_fixtures):
    """The list has the active products of the tenant, each at the price that holds today."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    assert [(product.name, product.price) for product in catalog.list_products(nself_db)] == [
        ("Assam", Decimal("8.90")),
        ("Sencha", Decimal("12.50")),
    ]


@pytest.mark.parametrize(("day", "price"), [(date(2024, 1, 1), Decimal("12.50")), (date(2999, 1, 1), Decimal("14.00"))])
def test_a_price_holds_from_its_day_on(nself_db, nself_fixtures, day, price):
    """A price that is already known for later does not count before its day."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    (sencha,) = catalog.list_products(nself_db, tag="green", on=day)
    assert sencha.price == price


def test_a_product_without_a_price_is_not_for_sale(nself_db, nself_fixtures):
    """Before its first price a product does not show up."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    assert catalog.list_products(nself_db, on=date(2023, 12, 31)) == []


def test_a_new_product_is_for_sale_at_once(nself_db, nself_fixtures):
    """add_product gives the product a price from today on, and keeps whatever else is known of it."""
    tenant = nself_fixtures["tenants.fern"].id
    use_tenant(nself_db, tenant)
    added = catalog.add_product(nself_db, tenant, "POT-1", "Pot", Decimal("4.20"), stock=5, colours=["red"])
    assert added in [product.id for product in catalog.list_products(nself_db)]
    (attributes,) = nself_db.execute("select attributes from products where id = %s", [added]).fetchone()
    assert attributes == {"colours": ["red"]}


def test_a_sku_is_unique_within_its_tenant(nself_db, nself_fixtures):
    """The database refuses a second product with the same SKU; after rollback() the connection goes on."""
    tenant = nself_fixtures["tenants.leaf"].id
    use_tenant(nself_db, tenant)
    with pytest.raises(psycopg.errors.UniqueViolation):
        catalog.add_product(nself_db, tenant, "TEA-1", "Another Sencha", Decimal("9.00"))
    nself_db.rollback()
    use_tenant(nself_db, tenant)
    assert len(catalog.list_products(nself_db)) == 2


@pytest.mark.parametrize("price", [Decimal("0"), Decimal("-1.00")])
def test_a_price_is_positive(nself_db, nself_fixtures, price):
    """The check constraint refuses a price of nothing and less."""
    sencha = nself_fixtures["products.sencha"]
    use_tenant(nself_db, sencha.tenant_id)
    with pytest.raises(psycopg.errors.CheckViolation):
        catalog.set_price(nself_db, sencha.tenant_id, sencha.id, price)
    nself_db.rollback()


def test_a_change_moves_updated_at(nself_db, nself_fixtures):
    """The trigger notes when a product was changed, the app does not have to."""
    assam = nself_fixtures["products.assam"]
    use_tenant(nself_db, assam.tenant_id)
    (changed,) = nself_db.execute(
        "update products set stock = 9 where id = %s returning updated_at", [assam.id]
    ).fetchone()
    assert changed > assam.updated_at


def test_categories_know_their_path(nself_db):
    """The materialised view spells out where a category stands."""
    rows = nself_db.execute("select slug, path, depth from category_paths order by path").fetchall()
    assert rows == [("garden", "Garden", 1), ("kitchen", "Kitchen", 1), ("tea", "Kitchen > Tea", 2)]
