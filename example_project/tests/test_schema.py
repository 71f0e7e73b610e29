"""The server, and tests that change the schema: they get a database of their own."""

import psycopg
import pytest


def test_the_server_is_a_real_postgres(nself_server, nself_db):
    """The version that the fixture tells is the server's own, and one that the shop runs on."""
    (version,) = nself_db.execute("select current_setting('server_version_num')::int").fetchone()
    assert version == nself_server.version
    assert version >= 150000
    assert nself_server.provider


def test_events_of_a_year_are_in_its_partition(nself_db):
    """An event is stored by the day it happened, years without a partition of their own in the last one."""
    tenant = "10000000-0000-4000-8000-000000000009"
    nself_db.execute("select set_config('app.tenant_id', %s, true)", [tenant])
    nself_db.execute("insert into tenants (id, slug, name) values (%s, 'kiosk', 'Kiosk')", [tenant])
    nself_db.execute(
        "insert into audit_events (tenant_id, happened_at, kind, subject) "
        "values (%(tenant)s, '2024-05-01', 'a', %(tenant)s), (%(tenant)s, '2031-05-01', 'b', %(tenant)s)",
        {"tenant": tenant},
    )
    rows = nself_db.execute("select kind, tableoid::regclass::text from audit_events order by kind").fetchall()
    assert rows == [("a", "audit_events_2024"), ("b", "audit_events_other")]


def test_the_view_asks_with_the_rights_of_its_reader(nself_db):
    """order_summaries is a security_invoker view: it would otherwise show what its owner may see."""
    (options,) = nself_db.execute("select reloptions from pg_class where oid = 'order_summaries'::regclass").fetchone()
    assert options == ["security_invoker=true"]


def test_a_partition_for_a_new_year(nself_clone):
    """The owner can add next year's partition without locking anybody out: tried on a database of its own."""
    with nself_clone.connect() as conn:
        conn.execute(
            "create table audit_events_2031 partition of audit_events for values from ('2031-01-01') to ('2032-01-01')"
        )
        tenant = "10000000-0000-4000-8000-000000000009"
        conn.execute("select set_config('app.tenant_id', %s, true)", [tenant])
        conn.execute("insert into tenants (id, slug, name) values (%s, 'kiosk', 'Kiosk')", [tenant])
        conn.execute(
            "insert into audit_events (tenant_id, happened_at, kind, subject) values (%(t)s, '2031-05-01', 'a', %(t)s)",
            {"t": tenant},
        )
        (partition,) = conn.execute("select tableoid::regclass::text from audit_events").fetchone()
    assert partition == "audit_events_2031"


def test_a_column_that_something_needs_is_not_dropped(nself_clone):
    """The view needs customers.name: PostgreSQL refuses to drop it, and says what is in the way."""
    with nself_clone.connect() as conn:
        with pytest.raises(psycopg.errors.DependentObjectsStillExist) as refused:
            conn.execute("alter table customers drop column name")
        assert "order_summaries" in refused.value.diag.message_detail


def test_a_schema_change_stays_in_its_clone(nself_clone, nself_db):
    """Dropping a table in the clone leaves the database of the other tests as it is."""
    with nself_clone.connect() as conn:
        conn.execute("drop table payments cascade")
    assert nself_db.execute("select count(*) from payments").fetchone() == (0,)
