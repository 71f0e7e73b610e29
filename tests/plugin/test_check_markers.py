"""Checks on tests that somebody wrote: the markers, `nself_migration` and `nself_audit`."""

from __future__ import annotations

import re

import pytest

from .conftest import Project

ORDERS = """
create table orders (id bigint primary key, tenant_id uuid not null, user_id bigint not null references users);
"""
RAN = "open('ran', 'a').write('x')"


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with a fault of each class: no nself.sum, a table without row-level security, a key without index."""
    project.file("migrations/002_orders.sql", ORDERS)
    return project


def ran(project: Project) -> bool:
    """Whether a body of a test was run."""
    return (project.root / "ran").exists()


class TestMarkers:
    """The check comes before the body, in the phase in which tests fail."""

    @pytest.mark.parametrize(
        ("marker", "says"),
        [
            ("nself_checksums", "There is no nself.sum"),
            ("nself_fk_index", "orders_user_id_fkey of public.orders has no index"),
            ("nself_rls", "public.orders has the column tenant_id"),
            ("nself_rls('orders')", "public.orders has the column tenant_id"),
            ("nself_fk_index('public.orders', 'users')", "orders_user_id_fkey of public.orders has no index"),
        ],
    )
    def test_a_fault_fails_the_test(self, shop: Project, marker: str, says: str) -> None:
        """The test is FAILED, not an ERROR, says what is wrong, and its body has not run."""
        shop.file("test_it.py", f"import pytest\n@pytest.mark.{marker}\ndef test_1():\n    {RAN}\n")
        said = shop.fails()
        assert says in said
        assert "To fix: " in said
        assert "1 failed" in said
        assert "error" not in said.splitlines()[-1]
        assert not ran(shop)

    def test_what_is_no_fault_lets_the_test_run(self, shop: Project) -> None:
        """Other tables than the one with the fault may be asked about; the body runs then."""
        shop.file(
            "test_it.py",
            f"""
            import pytest
            @pytest.mark.nself_fk_index("users")
            @pytest.mark.nself_rls("public.users")
            def test_1(nself_db):
                {RAN}
                assert nself_db.info.transaction_status.name == "IDLE"
            """,
        )
        assert "1 passed" in shop.passes()
        assert ran(shop)

    def test_markers_above_the_test(self, shop: Project) -> None:
        """A marker of a module or a class counts for its tests, also unittest's; xfail and skip are obeyed."""
        shop.file(
            "test_it.py",
            f"""
            import unittest, pytest
            pytestmark = pytest.mark.nself_fk_index
            class TestOne:
                def test_1(self): {RAN}
            class TestTwo(unittest.TestCase):
                def test_2(self): {RAN}
            @pytest.mark.xfail(strict=True)
            def test_3(): {RAN}
            @pytest.mark.skip
            def test_4(): {RAN}
            """,
        )
        said = shop.fails()
        assert "2 failed, 1 skipped, 1 xfailed" in said
        assert not ran(shop)

    @pytest.mark.parametrize(
        ("marker", "says"),
        [
            ("nself_rls('ordrs')", "There is no table 'ordrs'.*you may have meant orders"),
            ("nself_checksums('2_orders')", "There is no migration '2_orders'.*you may have meant 002_orders"),
            ("nself_rls(tables=['orders'])", "The marker nself_rls takes names, as texts."),
            ("nself_rls(3)", "The marker nself_rls takes names, as texts."),
        ],
    )
    def test_what_a_marker_cannot_say(self, shop: Project, marker: str, says: str) -> None:
        """A misspelled name fails the test: a check of nothing would pass."""
        shop.file("test_it.py", f"import pytest\n@pytest.mark.{marker}\ndef test_1():\n    {RAN}\n")
        assert re.search(says, shop.fails(), re.DOTALL)
        assert not ran(shop)

    def test_the_test_s_own_transaction_is_looked_at(self, shop: Project) -> None:
        """What a fixture did to the schema counts, in a transaction, in a clone and in the committed database."""
        shop.file(
            "test_it.py",
            """
            import pytest
            SQL = "create index on orders (user_id)"
            pytestmark = pytest.mark.nself_fk_index
            @pytest.fixture
            def mended(nself_db): nself_db.execute(SQL)
            @pytest.fixture
            def mended_clone(nself_clone):
                with nself_clone.connect() as connection: connection.execute(SQL)
            @pytest.fixture
            def mended_database(nself_database):
                with nself_database.connect() as connection: connection.execute(SQL)
            def test_mended_1(mended): pass
            def test_mended_2(mended_clone): pass
            def test_mended_3(mended_database): pass
            def test_not_mended_1(nself_db): pass
            def test_not_mended_2(nself_clone): pass
            def test_not_mended_3(nself_database): pass
            """,
        )
        said = shop.fails()
        assert "3 failed, 3 passed" in said
        assert len(re.findall(r"^FAILED test_it.py::test_not_mended_\d ", said, re.MULTILINE)) == 3
        assert "nself: last SQL" not in said  # which would be the check's own

    def test_as_a_role(self, shop: Project) -> None:
        """Where tests run as a role that sees nothing, checks see everything, and the test is that role again after."""
        shop.file("pytest.ini", "[pytest]\nnself_role = app\nnself_owner_role = owner\n")
        shop.file(
            "test_it.py",
            """
            import pytest
            @pytest.mark.nself_rls("users")
            def test_1(nself_db, nself_audit):
                assert nself_db.execute("select current_user, session_user").fetchone() == ("app", "app")
                assert nself_audit("rls-disabled")
                assert nself_db.execute("select current_user, session_user").fetchone() == ("app", "app")
            @pytest.mark.nself_rls
            def test_2(nself_db): pass
            """,
        )
        said = shop.fails()
        assert "1 failed, 1 passed" in said
        assert "public.orders has the column tenant_id" in said

    def test_no_server(self, shop: Project) -> None:
        """Without a server the marked test fails, and says why in three lines."""
        shop.file("test_it.py", "import pytest\n@pytest.mark.nself_rls\ndef test_1(): pass\n")
        said = shop.fails("--nself-provider=container", env={"DOCKER_HOST": "unix:///nowhere.sock"})
        assert "1 failed" in said
        assert "To fix: " in said
        assert "Traceback" not in said


class TestMigrations:
    """One run of the test for each migration."""

    def test_a_test_runs_for_each_migration(self, project: Project) -> None:
        """The fixture's value is the migration; its label is in the test's name."""
        project.file("migrations/002_orders.sql", ORDERS)
        project.file(
            "test_it.py",
            """
            def test_1(nself_migration):
                assert nself_migration.label in ("001_users", "002_orders")
                assert "create table" in nself_migration.up
                assert (nself_migration.down is None) == (nself_migration.version == 2)
            """,
        )
        said = project.passes("-vv")
        assert re.findall(r"test_1\[(\w+)\] PASSED", said) == ["001_users", "002_orders"]
        assert "PostgreSQL" not in said  # files are read, and no server is needed

    def test_a_check_of_this_migration(self, project: Project) -> None:
        """A check of migrations that such a test is marked with is restricted to its migration."""
        from .test_checks import record

        project.file("migrations/002_orders.sql", ORDERS)
        record(project)
        project.file("migrations/002_orders.sql", ORDERS + "select 1;\n")
        project.file(
            "test_it.py", "import pytest\n@pytest.mark.nself_checksums\ndef test_1(nself_migration):\n    pass\n"
        )
        said = project.fails("-vv")
        assert re.findall(r"test_1\[(\w+)\] (\w+)", said.partition("FAILURES")[0]) == [
            ("001_users", "PASSED"),
            ("002_orders", "FAILED"),
        ]

    def test_a_folder_that_cannot_be_read(self, project: Project) -> None:
        """A folder with errors is an error of collection, in the words of the reader."""
        project.file("migrations/001_again.sql", "select 1;\n")
        project.file("test_it.py", "def test_1(nself_migration): pass\n")
        result = project.run()
        assert result.returncode == 2
        assert "001_again.sql" in result.stdout
        assert "Traceback" not in result.stdout


class TestAudit:
    """`nself_audit` asks rules where the test works."""

    def test_rules_groups_and_tables(self, shop: Project) -> None:
        """All rules, some, a group, and what is about some tables."""
        shop.file(
            "test_it.py",
            """
            import pytest
            from pytest_nself.core.errors import ConfigError
            def test_1(nself_audit):
                names = {finding.rule for finding in nself_audit()}
                assert {"fk-without-index", "rls-disabled"} <= names
                assert [str(one.subject) for one in nself_audit("fk-without-index")] == [
                    "public.orders.orders_user_id_fkey"
                ]
                assert {one.rule for one in nself_audit(groups=["fk_index"])} == {"fk-without-index"}
                assert not nself_audit("fk-without-index", tables=["users"])
                assert nself_audit("fk-without-index", tables=["orders", "public.users"])
                with pytest.raises(ConfigError, match="fk-without-index"):
                    nself_audit("fk-without-indx")
                with pytest.raises(ConfigError, match="orders"):
                    nself_audit(tables=["ordrs"])
            def test_2(nself_audit):
                nself_audit("fk-without-index").assert_none()
            """,
        )
        said = shop.fails("--nself-sarif=found.sarif")
        assert "1 failed, 1 passed" in said
        assert "orders_user_id_fkey of public.orders has no index" in said
        text = (shop.root / "found.sarif").read_text()
        assert "fk-without-index" in text
        assert "rls-disabled" not in text  # what a test that passes has asked is its own affair

    def test_in_the_test_s_transaction(self, shop: Project) -> None:
        """What the test has changed is seen before it is committed, and what it does after still works."""
        shop.file(
            "test_it.py",
            """
            def test_1(nself_audit, nself_db):
                assert nself_audit("fk-without-index")
                assert nself_db.info.transaction_status.name == "IDLE"
                nself_db.execute("set role none")
                nself_db.execute("create index on orders (user_id)")
                nself_audit("fk-without-index").assert_none()
                nself_db.commit()
                nself_db.execute("insert into users (name) values ('ada')")
                nself_audit("fk-without-index").assert_none()
                nself_db.rollback()
                assert nself_db.execute("select count(*) from users").fetchone() == (0,)
            def test_2(nself_audit):
                assert nself_audit("fk-without-index")
            def test_3(nself_audit, nself_clone):
                with nself_clone.connect() as connection:
                    connection.execute("create index on orders (user_id)")
                nself_audit("fk-without-index").assert_none()
            """,
        )
        assert "3 passed" in shop.passes()

    def test_in_an_asynchronous_test(self, shop: Project) -> None:
        """An asynchronous test's transaction is seen too."""
        shop.file("pytest.ini", "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
        shop.file(
            "test_it.py",
            """
            async def test_1(nself_audit, nself_async_db):
                await nself_async_db.execute("create index on orders (user_id)")
                nself_audit("fk-without-index").assert_none()
                assert await (await nself_async_db.execute("select 1")).fetchone() == (1,)
            """,
        )
        assert "1 passed" in shop.passes(plugins=("pytest_asyncio.plugin",))


def test_nothing_is_imported_without_checks(project: Project) -> None:
    """A run that asks for no check imports nothing that belongs to them."""
    project.file(
        "test_it.py",
        """
        import sys
        def test_1(nself_db):
            assert [name for name in sys.modules if name.startswith("pytest_nself.plugin.checks")] == []
            assert [name for name in sys.modules if name.startswith("pytest_nself.checks")] == []
        """,
    )
    project.passes()


def test_workers_findings_are_told(shop: Project) -> None:
    """What a marker finds in a worker stands in the report of the run, though only workers know of the marker."""
    shop.file("test_it.py", "import pytest\n@pytest.mark.nself_fk_index\ndef test_1(): pass\n")
    said = shop.fails("-n", "2", plugins=("xdist",), env={"GITHUB_ACTIONS": "true"})
    assert len(re.findall(r"^::warning file=migrations/002_orders\.sql,", said, re.MULTILINE)) == 1
