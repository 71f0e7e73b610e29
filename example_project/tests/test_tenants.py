"""Row-level security: one tenant never sees or touches another's rows. The tests run as the app's own role."""

import psycopg
import pytest

from shop import accounts, catalog
from shop.db import use_tenant

pytestmark = pytest.mark.nself_fixtures("basic")

TENANT_TABLES = ["memberships", "products", "product_prices", "customers"]


def test_the_tests_run_as_the_app_does(nself_db):
    """The role has no superuser rights and no BYPASSRLS: a superuser would see every row and prove nothing."""
    role = nself_db.execute(
        "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
    ).fetchone()
    assert role == ("shop_app", False, False)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_without_a_tenant_nothing_is_visible(nself_db, table):
    """A session that forgot to say for whom it works sees no row at all."""
    assert nself_db.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_a_tenant_sees_its_own_rows_only(nself_db, nself_fixtures, table):
    """Every visible row belongs to the tenant, and there are some."""
    fern = nself_fixtures["tenants.fern"].id
    use_tenant(nself_db, fern)
    assert nself_db.execute(f"select distinct tenant_id from {table}").fetchall() == [(fern,)]


def test_the_same_sku_is_another_product_for_another_tenant(nself_db, nself_fixtures):
    """Fern sells a trowel as TEA-1, whatever Leaf calls by that number."""
    use_tenant(nself_db, nself_fixtures["tenants.fern"].id)
    assert [(product.sku, product.name) for product in catalog.list_products(nself_db)] == [("TEA-1", "Trowel")]


def test_nobody_writes_rows_of_another_tenant(nself_db, nself_fixtures):
    """The policy's check refuses a row that would belong to someone else."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        nself_db.execute(
            "insert into customers (tenant_id, email, name) values (%s, 'eve@example.com', 'Eve')",
            [nself_fixtures["tenants.fern"].id],
        )
    nself_db.rollback()


def test_nobody_changes_rows_of_another_tenant(nself_db, nself_fixtures):
    """An update that names another tenant's row finds none."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    trowel = nself_fixtures["products.trowel"]
    assert nself_db.execute("update products set stock = 0 where id = %s", [trowel.id]).rowcount == 0


def test_the_view_keeps_to_the_policies(nself_db, nself_fixtures):
    """order_summaries runs with the rights of who asks, so each tenant gets its own orders from it."""
    leaf, fern = nself_fixtures["tenants.leaf"].id, nself_fixtures["tenants.fern"].id
    nself_fixtures.load("orders-of-2024")
    use_tenant(nself_db, leaf)
    assert nself_db.execute("select count(*) from order_summaries").fetchone() == (3,)
    use_tenant(nself_db, fern)
    assert nself_db.execute("select count(*) from order_summaries").fetchone() == (0,)


def test_audit_events_are_never_changed(nself_db, nself_fixtures):
    """The app may add events and read them; the grant for changing them does not exist."""
    use_tenant(nself_db, nself_fixtures["tenants.leaf"].id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        nself_db.execute("update audit_events set kind = 'nothing happened'")
    nself_db.rollback()


def test_the_app_cannot_switch_the_policies_off(nself_db):
    """Only the owner of the tables may, and the app does not run as the owner."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        nself_db.execute("alter table products disable row level security")
    nself_db.rollback()


def test_opening_a_shop(nself_db):
    """A new tenant starts with its owner and nothing else."""
    tenant = accounts.open_shop(nself_db, "kiosk", "Kiosk", "cem@example.com")
    use_tenant(nself_db, tenant)
    assert accounts.members(nself_db) == [("cem@example.com", "owner")]
    assert catalog.list_products(nself_db) == []


def test_people_may_own_several_shops(nself_db, nself_fixtures):
    """Ben works for Leaf and owns Fern; his new shop adds to that, and his account stays the same one."""
    ben = nself_fixtures["users.ben"]
    accounts.open_shop(nself_db, "kiosk", "Kiosk", "BEN@example.com")
    assert nself_db.execute("select user_id from memberships").fetchall() == [(ben.id,)]
