"""The example project's checks are green for the right reason: a fault that is planted turns its own item red."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pytest_nself.execute.files import write_files
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.sums import FILE_NAME, plan_sums

from .conftest import Project

EXAMPLE = Path(__file__).parents[2] / "example_project"
CHECKS = ("nself::roundtrip", "nself::checksums", "nself::rls", "nself::fk_index", "nself::fixtures", "nself::seeds")
MIGRATIONS = sorted(path.stem for path in (EXAMPLE / "migrations").glob("*.sql"))
TABLES = [
    "audit_events",
    "audit_events_2024",
    "audit_events_2025",
    "audit_events_other",
    "customers",
    "memberships",
    "order_items",
    "orders",
    "payments",
    "product_categories",
    "product_prices",
    "products",
    "tenants",
    "users",
]
ITEMS = {
    "checksums",
    *(f"roundtrip[{name}]" for name in MIGRATIONS),
    *(f"{check}[public.{table}]" for check in ("rls", "fk_index") for table in TABLES),
    *(f"fixtures[{name}]" for name in ("basic", "busy-day", "orders-of-2024")),
    "seeds[dev]",
}

Plant = Callable[..., None]


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A copy of the example project."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info")
    return Project(Path(shutil.copytree(EXAMPLE, tmp_path / "shop", ignore=ignored)))


def replace(project: Project, migration: str, old: str, new: str = "") -> None:
    """Edit a migration, named by the end of its name; what is replaced stands there once."""
    [path] = (project.root / "migrations").glob(f"*{migration}.sql")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def add(project: Project, name: str, up: str, down: str) -> None:
    """One more migration."""
    project.file(f"migrations/{name}.sql", f"-- UP\n{up}\n\n-- DOWN\n{down}\n")


def record(project: Project) -> None:
    """Record the files as they are now, as if nobody had edited any."""
    folder = project.root / "migrations"
    (folder / FILE_NAME).unlink()
    write_files(plan_sums(folder, read_migrations(folder)))


def run(project: Project, *args: str) -> tuple[set[str], dict[str, str]]:
    """The items that are green, and what those that are red have to say."""
    result = project.run("--junitxml=junit.xml", *args)
    assert result.returncode in (0, 1), result.stdout
    green, red = set(), {}
    for case in ElementTree.parse(project.root / "junit.xml").getroot().iter("testcase"):
        name = str(case.get("name"))
        failures = [*case.iter("failure"), *case.iter("error")]
        if failures:
            red[name] = str(failures[0].text)
        elif not list(case.iter("skipped")):
            green.add(name)
    return green, red


def without(name: str, red: dict[str, str], *said: str) -> None:
    """Take one red item away, and see that it says this."""
    text = red.pop(name)
    for words in said:
        assert words in text, text


def test_without_a_fault(shop: Project) -> None:
    """An item for each migration, table, fixture set and environment, one for the checksums; all are green."""
    assert run(shop, *CHECKS) == (ITEMS, {})


def test_faults_in_downs(shop: Project) -> None:
    """Downs that forget, fail, lose a policy, are missing or no SQL, and an up that filled tables refuse."""
    replace(shop, "add_customer_notes", "drop index public.customers_name_idx;")
    replace(shop, "add_order_summaries", "drop view public.order_summaries;", "drop view public.summaries;")
    replace(shop, "create_payments", "-- DOWN\ndrop table public.payments;\ndrop type public.payment_method;\n")
    replace(shop, "enable_row_level_security", "drop policy tenant_isolation on public.payments;")
    add(
        shop,
        "20240501090000_add_region",
        "alter table public.tenants add column region text;",
        "drop policy tenant_isolation on public.tenants;\nalter table public.tenants drop column region;",
    )
    add(
        shop,
        "20240502090000_create_warehouses",
        "create table public.warehouses (id integer primary key, name text);",
        "drop table public.warehouses;",
    )
    add(
        shop,
        "20240503090000_add_warehouse_code",
        "alter table public.warehouses add column code text not null;",
        "alter table public.warehouses drop column code;",
    )
    add(
        shop,
        "20240504090000_add_warehouse_city",
        "alter table public.warehouses add column city text;",
        "alter table public.warehouses drop column 'city;",
    )
    record(shop)
    green, red = run(shop, *CHECKS)
    without(
        "roundtrip[20240405090000_add_customer_notes]",
        red,
        "index public.customers_name_idx is left behind",
        "drop index",
    )
    without(
        "roundtrip[20240301090000_add_order_summaries]",
        red,
        'view "summaries" does not exist',
        "add_order_summaries.sql:32:1",
    )
    without("roundtrip[20240209090000_create_payments]", red, "20240209090000_create_payments has no down")
    without(
        "roundtrip[20240315090000_enable_row_level_security]",
        red,
        "policy public.payments.tenant_isolation is left behind",
    )
    without(
        "roundtrip[20240501090000_add_region]", red, "policy public.tenants.tenant_isolation is gone", "create policy"
    )
    without(
        "roundtrip[20240503090000_add_warehouse_code]",
        red,
        "20240503090000_add_warehouse_code fails on filled tables",
        'column "code"',
    )
    without("roundtrip[20240504090000_add_warehouse_city]", red, "20240504090000_add_warehouse_city cannot be sent")
    assert red == {}
    faulty = ("notes", "summaries", "payments", "security")
    good = {name for name in ITEMS if not (name.startswith("roundtrip") and name[:-1].endswith(faulty))}
    new = {"roundtrip[20240502090000_create_warehouses]", "rls[public.warehouses]", "fk_index[public.warehouses]"}
    assert green == good | new


def test_faults_in_tables_and_files(shop: Project) -> None:
    """Row-level security that is off, not forced or without a policy, a key without an index, and an edited file."""
    add(
        shop,
        "20240501090000_create_coupons",
        "create table public.coupons (tenant_id uuid, code text, primary key (tenant_id, code));",
        "drop table public.coupons;",
    )
    security = "enable_row_level_security"
    replace(shop, security, "alter table public.customers force row level security;\n")
    tenant = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)"
    policy = f"using (tenant_id = {tenant})\nwith check (tenant_id = {tenant});\n"
    replace(shop, security, f"create policy tenant_isolation on public.memberships\n{policy}")
    replace(shop, security, "drop policy tenant_isolation on public.memberships;\n")
    replace(shop, "create_payments", "create index payments_order_idx on public.payments (tenant_id, order_id);\n")
    record(shop)
    replace(shop, "create_product_categories", "check (parent_id <> id)", "check (parent_id is distinct from id)")
    green, red = run(shop, *CHECKS)
    without("rls[public.coupons]", red, "public.coupons has the column tenant_id", "rls-disabled")
    without("rls[public.customers]", red, "public.customers", "rls-not-forced")
    without("rls[public.memberships]", red, "public.memberships", "rls-no-policy")
    without("fk_index[public.payments]", red, "payments_tenant_id_order_id_fkey of public.payments", "create index")
    without("checksums", red, "20240112090000_create_product_categories", "migration-sum-edited")
    assert red == {}
    faulty = {"checksums", "rls[public.customers]", "rls[public.memberships]", "fk_index[public.payments]"}
    assert green == ITEMS - faulty | {"roundtrip[20240501090000_create_coupons]", "fk_index[public.coupons]"}


def test_faults_in_rows(shop: Project) -> None:
    """A set that a migration has left behind is told with its line, and a seed that adds rows each time."""
    add(
        shop,
        "20240501090000_rename_stock",
        "alter table public.products rename column stock to in_stock;",
        "alter table public.products rename column in_stock to stock;",
    )
    record(shop)
    shop.file(
        "seeds/development/03_more.sql",
        "-- +seed:idempotent\n"
        "insert into users (email, name) select 'cleo' || count(*) || '@example.com', 'Cleo' from users;\n",
    )
    green, red = run(shop, "nself::fixtures", "nself::seeds")
    without("fixtures[basic]", red, "stock", "in_stock", "20240501090000_rename_stock", "fixtures/basic.yml:19")
    without("seeds[dev]", red, "03_more.sql", "users")
    assert all(name.startswith("fixtures[") for name in red)  # what extends basic
    assert not green


def test_an_up_that_is_no_sql(shop: Project) -> None:
    """An up that cannot be sent is named, at its place; the migrations before it are judged all the same."""
    add(shop, "20240501090000_add_region", "alter table public.tenants add column 'region text;", "select 1;")
    green, red = run(shop, "nself::roundtrip")
    without(
        "roundtrip[20240501090000_add_region]", red, "20240501090000_add_region cannot be sent", "add_region.sql:2:"
    )
    assert red == {}
    assert green == {f"roundtrip[{name}]" for name in MIGRATIONS}
