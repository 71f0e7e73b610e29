"""Tests never see each other's rows, whatever they do."""

from __future__ import annotations

from .conftest import Project


def test_rolled_back_tests_do_not_see_each_other(project: Project) -> None:
    """Rows written and committed through nself_db are gone in the next test."""
    project.file(
        "test_it.py",
        """
        import pytest

        @pytest.mark.parametrize("n", range(3))
        def test_one(nself_db, n):
            assert nself_db.execute("select count(*) from users").fetchone() == (0,)
            nself_db.execute("insert into users (name) values ('ada')")
            nself_db.commit()
            assert nself_db.execute("select count(*) from users").fetchone() == (1,)
        """,
    )
    assert "3 passed" in project.passes()


def test_committed_tests_do_not_see_each_other(project: Project) -> None:
    """Rows that the app commits through DATABASE_URL are gone in the next test, and its pool stays usable."""
    project.file(
        "app.py",
        """
        import os, psycopg
        pool = []
        def connection():
            if not pool:
                pool.append(psycopg.connect(URL, autocommit=True))
            return pool[0]
        URL = os.environ["DATABASE_URL"]
        """,
    )
    project.file("conftest.py", "import app\n")
    project.file(
        "test_it.py",
        """
        import app, pytest

        @pytest.mark.parametrize("n", range(4))
        def test_one(nself_database, n):
            assert app.connection().execute("insert into users (name) values ('ada') returning id").fetchone() == (1,)
        """,
    )
    assert "4 passed" in project.passes()


def test_schema_changes_in_the_committed_database_are_taken_back(project: Project) -> None:
    """A test that drops a table in the committed database leaves the template's state to the next."""
    project.file(
        "test_it.py",
        """
        import pytest

        @pytest.mark.parametrize("n", range(2))
        def test_one(nself_database, n):
            with nself_database.connect(autocommit=True) as connection:
                connection.execute("drop table users")
                connection.execute("create role leftover") if n == 5 else None
        """,
    )
    assert "2 passed" in project.passes()


def test_commit_as_text_fails_the_test_and_nothing_leaks(project: Project) -> None:
    """`execute("commit")` is found: that test fails with the advice, the next one starts from the template."""
    project.file(
        "test_it.py",
        """
        def test_1(nself_db):
            nself_db.execute("insert into users (name) values ('ada')")
            nself_db.execute("commit")

        def test_2(nself_db):
            assert nself_db.execute("select count(*) from users").fetchone() == (0,)
        """,
    )
    said = project.fails()
    assert "1 failed, 1 passed" in said
    assert "nself_database" in said


def test_a_violated_deferred_constraint_fails_the_test(project: Project) -> None:
    """What a real commit would refuse fails the test in its call phase, not in its teardown."""
    project.file(
        "migrations/002_posts.sql",
        """
        create table posts (author bigint references users deferrable initially deferred);
        """,
    )
    project.file("test_it.py", "def test_1(nself_db):\n    nself_db.execute('insert into posts values (7)')\n")
    said = project.fails()
    assert "1 failed" in said
    assert "ForeignKeyViolation" in said


def test_a_second_connection_cannot_write_to_the_rollback_database(project: Project) -> None:
    """Code that opens the rollback database by itself fails at the write, where the mistake is."""
    project.file(
        "test_it.py",
        """
        import psycopg, pytest
        def test_1(nself_db, nself_server):
            name = nself_db.info.dbname
            with nself_server.connect(name) as other, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                other.execute("insert into users (name) values ('ada')")
        """,
    )
    assert "1 passed" in project.passes()


def test_the_leak_guard_speaks(project: Project) -> None:
    """Set-up in nself_db while the app writes to the committed database is told, and is an error if so wanted."""
    project.file(
        "test_it.py",
        """
        import os, psycopg
        def test_1(nself_db):
            nself_db.execute("insert into users (name) values ('ada')")
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                app.execute("insert into users (name) values ('bob')")
        def test_2(nself_database):
            with nself_database.connect() as app:
                assert app.execute("select count(*) from users").fetchone() == (0,)
        """,
    )
    assert "NselfWarning: This test wrote through nself_db" in project.passes()
    project.file("pytest.ini", "[pytest]\nnself_leak_guard = error\n")
    assert "Take nself_database for the set-up" in project.fails()
    project.file("pytest.ini", "[pytest]\nnself_leak_guard = off\n")
    assert "NselfWarning" not in project.passes()


def test_a_test_that_commits_by_marker(project: Project) -> None:
    """With nself_rollback(False), nself_db is a plain connection to the committed database."""
    project.file(
        "test_it.py",
        """
        import os, psycopg, pytest
        @pytest.mark.nself_rollback(False)
        @pytest.mark.parametrize("n", range(2))
        def test_1(nself_db, n):
            nself_db.execute("insert into users (name) values ('ada')")
            nself_db.commit()
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                assert app.execute("select count(*) from users").fetchone() == (1,)
        """,
    )
    assert "2 passed" in project.passes()


def test_a_clone_is_its_tests_own(project: Project) -> None:
    """Each test gets a clone equal to the template, with ALTER DATABASE SET and grants repeated."""
    project.file(
        "migrations/002_settings.sql",
        """
        do $$ begin
            execute format('alter database %I set app.colour = %L', current_database(), 'green, blue');
            execute format('revoke all on database %I from public', current_database());
            execute format('grant connect on database %I to public', current_database());
        end $$;
        """,
    )
    project.file(
        "test_it.py",
        """
        import pytest
        @pytest.mark.parametrize("n", range(2))
        def test_1(nself_clone, n):
            with nself_clone.connect() as connection:
                assert connection.execute("select current_setting('app.colour')").fetchone() == ("green, blue",)
                acl = connection.execute(
                    "select count(*) from pg_database, aclexplode(datacl) a "
                    "where datname = current_database() and a.grantee = 0 and privilege_type <> 'CONNECT'"
                ).fetchone()
                assert acl == (0,)
                connection.execute("alter table users add column age int")
        """,
    )
    assert "2 passed" in project.passes()


def test_a_pool_opened_at_import_survives_all_of_it(project: Project) -> None:
    """An app that connected while it was imported keeps its connection, and what it wrote meanwhile is taken back."""
    project.file("pytest.ini", "[pytest]\nnself_start = early\n")
    project.file("migrations/002_rows.sql", "insert into users (name) values ('of the template');\n")
    project.file(
        "app.py",
        """
        import os, psycopg
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        pid = connection.execute("select pg_backend_pid()").fetchone()
        connection.execute("insert into users (name) values ('at import')")
        def names():
            return [name for (name,) in connection.execute("select name from users order by id")]
        """,
    )
    project.file("conftest.py", "import app\n")
    project.file(
        "test_it.py",
        """
        import app

        def test_1(nself_db):
            pass

        def test_2(nself_database):
            assert app.names() == ["of the template"]
            app.connection.execute("delete from users")

        def test_3(nself_db):
            assert app.names() == ["of the template"]

        def test_4(nself_database):
            assert app.names() == ["of the template"]
            assert app.connection.execute("select pg_backend_pid()").fetchone() == app.pid
        """,
    )
    assert "4 passed" in project.passes("-W", "error")


def test_many_workers_tests_keep_the_gate(project: Project) -> None:
    """After the committed database was made anew, rolled-back tests still notice a visitor."""
    project.file(
        "test_it.py",
        """
        import os, psycopg, pytest
        def test_1(nself_database):
            with nself_database.connect(autocommit=True) as connection:
                connection.execute("alter table users add column age int")

        def test_2(nself_db):
            nself_db.execute("insert into users (name) values ('ada')")
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                app.execute("insert into users (name) values ('bob')")

        def test_3(nself_database):
            with nself_database.connect(autocommit=True) as connection:
                assert connection.execute("select count(*) from users").fetchone() == (0,)
        """,
    )
    said = project.passes("-p", "no:randomly")
    assert said.count("NselfWarning") == 1


def test_fixtures_that_end_later_do_not_leak(project: Project) -> None:
    """What a fixture writes to the committed database after ours has ended is gone when the next test begins."""
    project.file(
        "test_it.py",
        """
        import os, psycopg, pytest

        @pytest.fixture
        def client():
            yield
            with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                app.execute("insert into users (name) values ('at the end')")

        @pytest.mark.parametrize("n", range(3))
        def test_1(client, nself_database, n):
            with nself_database.connect() as connection:
                assert connection.execute("select count(*) from users").fetchone() == (0,)
        """,
    )
    assert "3 passed" in project.passes()


def test_a_failed_begin_does_not_stop_the_rolling_back(project: Project) -> None:
    """After a test that could not get its connection, later tests are rolled back as ever."""
    project.file("pytest.ini", "[pytest]\nnself_postgres_settings = max_connections = 12\n")
    project.file(
        "test_it.py",
        """
        import psycopg

        def test_1(nself_db, nself_server):
            global held
            held = []
            try:
                while True:
                    held.append(nself_server.connect("template1"))
            except psycopg.OperationalError:
                pass
            held.pop().close()
            with nself_server.connect("template1") as other:
                other.execute("select pg_terminate_backend(%s)", [nself_db.info.backend_pid])
                held.append(nself_server.connect("nself_main"))

        def test_2(nself_db):
            nself_db.execute("insert into users (name) values ('ada')")

        def test_3():
            for connection in held:
                connection.close()

        def test_4(nself_db):
            assert nself_db.execute("select count(*) from users").fetchone() == (0,)
            nself_db.execute("insert into users (name) values ('bob')")

        def test_5(nself_db):
            assert nself_db.execute("select count(*) from users").fetchone() == (0,)
        """,
    )
    said = project.run("-p", "no:randomly", "-W", "ignore").stdout
    assert "test_4" not in said.partition("short test summary")[2]
    assert "test_5" not in said.partition("short test summary")[2]


def test_a_failed_load_leaves_the_tests_role(project: Project) -> None:
    """After a fixture set that is not there, the test still acts as its role and not as the superuser."""
    project.file("pytest.ini", "[pytest]\nnself_role = app\n")
    project.file(
        "test_it.py",
        """
        import pytest
        def test_1(nself_db, nself_fixtures):
            with pytest.raises(Exception, match="no fixture set"):
                nself_fixtures.load("nowhere")
            assert nself_db.execute("select current_user, session_user").fetchone() == ("app", "app")
        """,
    )
    project.passes()
