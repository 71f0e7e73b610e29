"""Tests on a server that somebody runs: what is made there, what stays, and who is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_nself.server.existing import stamp
from pytest_nself.server.processes import machine
from pytest_nself.server.server import Server

from .conftest import Project
from .somebody import Somebody, somebody

BOTH = """
import os, psycopg, pytest

@pytest.mark.parametrize("n", range(2))
def test_rollback(nself_db, n):
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
    nself_db.execute("insert into users (name) values ('ada')")
    nself_db.commit()

@pytest.mark.parametrize("n", range(2))
def test_committed(nself_database, n):
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        assert app.execute("select count(*) from users").fetchone() == (0,)
        app.execute("insert into users (name) values ('ada')")
        app.execute("create table leftover ()")

def test_clone(nself_clone):
    with nself_clone.connect() as connection:
        connection.execute("drop table users")
"""
RUN = """
def test_run(nself_db):
    import os
    print("RUN=" + os.environ["NSELF_RUN"])
"""
WAITING = """
def test_1(nself_db, nself_database):
    import os, pathlib, time
    pathlib.Path("run.json.half").write_text(os.environ["NSELF_RUN"])
    pathlib.Path("run.json.half").rename("run.json")
    time.sleep(60)
"""


@pytest.fixture
def theirs(nself_server: Server) -> Somebody:
    """Somebody's server."""
    return somebody(nself_server)


def until(condition: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def id_of(said: str) -> str:
    """The run's id, printed by the test in RUN."""
    line = next(line for line in said.splitlines() if line.startswith("RUN="))
    return str(json.loads(line[4:])["id"])


class TestWhoNamesIt:
    """The server comes from the flag, the ini file or DATABASE_URL_TEST, and from nothing else."""

    @pytest.mark.parametrize("way", ["flag", "ini", "variable", "table"])
    def test_named(self, project: Project, theirs: Somebody, way: str) -> None:
        """Each of the three (and `[tool.nself]`) names the server; the run says so."""
        project.file(
            "test_it.py", "def test_1(nself_server, nself_db):\n    assert nself_server.provider == 'existing'"
        )
        args, env = (), {}
        if way == "flag":
            args = ("--nself-dsn", theirs.url)
        elif way == "variable":
            env = {"DATABASE_URL_TEST": theirs.url}
        elif way == "ini":
            project.file("pytest.ini", f"[pytest]\nnself_dsn = {theirs.url}\n")
        else:
            project.file("pyproject.toml", f'[tool.nself]\ndsn = "{theirs.url}"\n')
        assert "(existing), template built" in project.passes(*args, env=env)

    def test_never_from_the_apps_own_variables(self, project: Project, theirs: Somebody) -> None:
        """DATABASE_URL, POSTGRES_* and PG* that name a server which would do are passed over: ours is started."""
        project.file(
            "test_it.py", "def test_1(nself_server, nself_db):\n    assert nself_server.provider != 'existing'"
        )
        dsn = theirs.dsn
        parts = {"HOST": dsn.host, "PORT": str(dsn.port), "USER": dsn.user, "PASSWORD": dsn.password}
        env = {
            "DATABASE_URL": dsn.url(),
            "POSTGRES_URL": dsn.url(),
            "POSTGRES_DB": dsn.dbname,
            "PGDATABASE": dsn.dbname,
        }
        for name, value in parts.items():
            env |= {f"POSTGRES_{name}": value, f"PG{name}": value}
        before = theirs.databases()
        project.passes(env=env)
        assert theirs.databases() == before

    def test_asked_for_without_an_address(self, project: Project) -> None:
        """`nself_provider = existing` without an address says which settings take one."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        said = project.fails("--nself-provider", "existing")
        assert "no address given (--nself-dsn, nself_dsn or DATABASE_URL_TEST)" in said

    def test_what_is_no_address(self, project: Project) -> None:
        """A text that is no URL is refused with the setting's name, and not repeated: it may hold a password."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        result = project.run(env={"DATABASE_URL_TEST": "mysql://root:hunter2@localhost/x"})
        assert result.returncode == 4
        assert "This is not a PostgreSQL URL." in result.stdout
        assert "It comes from DATABASE_URL_TEST." in result.stdout
        assert "hunter2" not in result.stdout

    def test_a_server_that_does_not_answer(self, project: Project) -> None:
        """The error names the address without its password, and what named it; one report, not one for each test."""
        project.file("test_it.py", "def test_1(nself_db): pass\ndef test_2(nself_db): pass\n")
        said = project.fails("--nself-dsn", "postgresql://me:hunter2@127.0.0.1:1/test")
        assert "The server that --nself-dsn names does not answer." in said
        assert "postgresql://me:***@127.0.0.1:1/test" in said
        assert "hunter2" not in said
        assert "No database for this test: The server that --nself-dsn names does not answer." in said


class TestWhatIsMadeThere:
    """Only databases that carry the run's stamp are made and dropped."""

    @pytest.mark.parametrize("workers", [0, 2])
    def test_nothing_is_left_and_nothing_else_is_touched(
        self, project: Project, theirs: Somebody, workers: int
    ) -> None:
        """After a run its databases are gone; others stay, one that is named like ours among them."""
        project.file("test_it.py", BOTH + RUN)
        more = ("-n", str(workers)) if workers else ()
        with theirs.database(f"nself_mine_{os.urandom(3).hex()}") as mine, theirs.database() as other:
            theirs.execute("create table kept as select 1 as one", dbname=mine)
            said = project.passes("-rP", "--nself-dsn", theirs.url, *more, plugins=("xdist",) if workers else ())
            assert "6 passed" in said
            assert not theirs.databases(id_of(said))
            theirs.execute("select one from kept", dbname=mine)
            theirs.execute("select 1", dbname=other)

    def test_two_runs_at_once(self, project: Project, theirs: Somebody) -> None:
        """Two runs of one project on one server do not meet."""
        project.file("test_it.py", BOTH + RUN)
        runs = [
            subprocess.Popen(
                project.command("-rP", "--nself-dsn", theirs.url),
                cwd=project.root,
                env=project.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        said = [run.communicate(timeout=120)[0] for run in runs]
        assert all("6 passed" in text for text in said), said
        assert id_of(said[0]) != id_of(said[1])
        assert not any(theirs.databases(id_of(text)) for text in said)

    def test_a_build_that_fails_leaves_nothing(self, project: Project, theirs: Somebody) -> None:
        """The template of a recipe that failed is dropped."""
        project.file("migrations/002_broken.sql", "create table a (id int);\ncreate tabel b (id int);\n")
        project.file(
            "test_it.py",
            "import os\ndef test_1(nself_db): pass\ndef test_0():\n    print('RUN=' + os.environ['NSELF_RUN'])\n",
        )
        said = project.fails("-rP", "--nself-dsn", theirs.url)
        assert "002_broken.sql:2:8" in said
        assert not theirs.databases(id_of(said))

    def test_a_hook_that_fails_leaves_nothing(self, project: Project, theirs: Somebody) -> None:
        """So is the template that a hook could not fill; the hook's error is told."""
        project.file(
            "conftest.py",
            """
            def pytest_nself_template_ready(database):
                with database.connect() as connection:
                    connection.execute("insert into userz (name) values ('ada')")
            """,
        )
        project.file(
            "test_it.py",
            "import os\ndef test_1(nself_db): pass\ndef test_0():\n    print('RUN=' + os.environ['NSELF_RUN'])\n",
        )
        said = project.fails("-rP", "--nself-dsn", theirs.url)
        assert "A hook pytest_nself_template_ready failed." in said
        assert 'relation "userz" does not exist' in said
        assert not theirs.databases(id_of(said))

    @pytest.mark.parametrize("package_on_path", ["as installed", "by PYTHONPATH"])
    def test_after_sigkill(self, project: Project, theirs: Somebody, package_on_path: str) -> None:
        """The watchdog drops the databases of a run that was killed, wherever our package came from."""
        project.file("test_it.py", WAITING)
        variables = {"PYTHONPATH": str(project.root)} if package_on_path == "by PYTHONPATH" else {}
        if variables:
            import pytest_nself

            (project.root / "pytest_nself").symlink_to(Path(pytest_nself.__file__).parent)
        process = subprocess.Popen(
            project.command("--nself-dsn", theirs.url),
            cwd=project.root,
            env=project.environment(**variables),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        state = project.root / "run.json"
        assert until(state.exists, 60)
        run_id = json.loads(state.read_text())["id"]
        assert len(theirs.databases(run_id)) == 3
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        assert until(lambda: not theirs.databases(run_id)), theirs.databases(run_id)


class TestReaping:
    """Databases whose owner is dead are dropped at the next start; those of the living stay."""

    @pytest.fixture
    def stamped(self, theirs: Somebody) -> Callable[..., str]:
        def make(**changes: object) -> str:
            run_id = os.urandom(4).hex()
            name = f"nself_{run_id}_template"
            theirs.execute(f"create database {name} is_template true")
            owner = json.loads(stamp(run_id, os.getpid())) | changes
            theirs.execute(f"comment on database {name} is '{json.dumps(owner)}'")
            return name

        return make

    @pytest.fixture
    def run(self, project: Project, theirs: Somebody) -> Callable[[], set[str]]:
        def run() -> set[str]:
            project.file("test_it.py", "def test_1(nself_db): pass\n")
            project.passes("--nself-dsn", theirs.url)
            return theirs.databases()

        return run

    def test_by_the_number_and_start_of_the_process(
        self, theirs: Somebody, stamped: Callable[..., str], run: Callable[[], set[str]]
    ) -> None:
        """On this machine the number tells: of no process, or of one that started later. A living owner's stay."""
        living, dead, reused = stamped(), stamped(pid=2**22 + 1), stamped(started="12345")
        left = run()
        assert living in left
        assert not left & {dead, reused}
        theirs.execute(f"alter database {living} with is_template false", f"drop database {living}")

    def test_from_elsewhere_only_by_age(
        self, theirs: Somebody, stamped: Callable[..., str], run: Callable[[], set[str]]
    ) -> None:
        """Numbers of another boot or container say nothing: a young run's stay, and those somebody is connected to."""
        now = int(time.time())
        young = stamped(machine="another", pid=2**22 + 1, at=now - 60)
        old = stamped(machine="another", pid=2**22 + 1, at=now - 3600)
        far = stamped(machine="another", host="far", pid=2**22 + 1, at=now - 3600)
        long_ago = stamped(machine="another", host="far", pid=2**22 + 1, at=now - 48 * 3600)
        busy = stamped(machine="another", pid=2**22 + 1, at=now - 3600)
        with theirs.server.connect(busy):
            left = run()
        assert left >= {young, far, busy}
        assert not left & {old, long_ago}
        for name in (young, far, busy):
            theirs.execute(f"alter database {name} with is_template false", f"drop database {name}")

    def test_what_we_may_not_drop_stays(self, project: Project, theirs: Somebody, stamped: Callable[..., str]) -> None:
        """A stale database of another user is passed over: it does not stop the run."""
        stale = stamped(pid=2**22 + 1)
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        with theirs.role("createdb") as role:
            project.passes("--nself-dsn", theirs.url_for(role))
        # The run of another test, as the superuser, may have dropped it meanwhile.
        theirs.execute(
            f"do $$ begin if exists (select from pg_database where datname = '{stale}') then "
            f"update pg_database set datistemplate = false where datname = '{stale}'; end if; end $$",
            f"drop database if exists {stale}",
        )

    def test_databases_of_failed_tests_stay(self, project: Project, theirs: Somebody) -> None:
        """What --nself-keep-failed kept survives later runs, until its mark is a day old."""
        project.file("test_it.py", RUN.replace("nself_db", "nself_database") + "    assert not 'kept'\n")
        flags = ("--nself-dsn", theirs.url, "-o", f"nself_data_root={project.root}")
        said = project.fails("--nself-keep-failed", *flags)
        run_id = id_of(said)
        # Without the password: what is printed ends in a CI log.
        assert f"psql '{theirs.dsn.replace(dbname=f'nself_{run_id}_main_kept_1')}'" in said
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        project.passes(*flags)
        assert f"nself_{run_id}_main_kept_1" in theirs.databases(run_id)
        assert theirs.databases(run_id) == {f"nself_{run_id}_main_kept_1"}
        long_ago = json.loads(stamp(run_id, os.getpid())) | {"kept": True, "at": int(time.time()) - 25 * 3600}
        theirs.execute(f"comment on database nself_{run_id}_main_kept_1 is '{json.dumps(long_ago)}'")
        project.passes(*flags)
        assert not theirs.databases(run_id)

    def test_the_stamp(self) -> None:
        """The stamp names run, machine and process."""
        owner = json.loads(stamp("ab12", os.getpid()))
        assert (owner["nself"], owner["pid"], owner["machine"]) == ("ab12", os.getpid(), machine())


class TestRights:
    """Users that are not superusers."""

    def test_without_createdb(self, project: Project, theirs: Somebody) -> None:
        """A user who may not create databases is told the statement that lets him."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        with theirs.role() as role:
            said = project.fails("--nself-dsn", theirs.url_for(role))
        assert f"The user {role} may not create databases" in said
        assert f'To fix: run there: alter role "{role}" createdb' in said

    def test_with_createdb(self, project: Project, theirs: Somebody) -> None:
        """CREATEDB is enough for every mode: rolled back, committed (made anew after each test) and clones."""
        project.file("test_it.py", BOTH + RUN)
        with theirs.role("createdb") as role:
            said = project.passes("-rP", "--nself-dsn", theirs.url_for(role))
            assert "6 passed" in said
            assert not theirs.databases(id_of(said))

    def test_two_roles(self, project: Project, theirs: Somebody) -> None:
        """Roles that exist there: migrations run as the owner, tests and the app as the other, which obeys RLS."""
        project.file(
            "migrations/002_rls.sql",
            """
            alter table users enable row level security;
            create policy own on users using (name = current_setting('app.me', true));
            grant select on users to public;
            create table facts as select current_user::text as made_by;
            grant select on facts to public;
            """,
        )
        project.file(
            "test_it.py",
            """
            import os, psycopg
            OWNER, APP = os.environ["OWNER"], os.environ["APP"]
            def test_rollback(nself_db):
                assert nself_db.execute("select current_user::text, made_by from facts").fetchone() == (APP, OWNER)
            def test_committed(nself_database):
                with psycopg.connect(os.environ["DATABASE_URL"]) as app:
                    assert app.execute("select current_user::text").fetchone() == (APP,)
                    owner = app.execute("select tableowner from pg_tables where tablename = 'users'").fetchone()
                    assert owner == (OWNER,)
            def test_clone(nself_clone):
                with nself_clone.connect() as connection:
                    assert connection.execute("select current_user::text").fetchone() == (OWNER,)
                    connection.execute("insert into users (name) values ('ada')")
            """,
        )
        with theirs.role("createdb") as me, theirs.role() as owner, theirs.role() as app:
            theirs.execute(f"grant {owner}, {app} to {me}")
            project.file("pytest.ini", f"[pytest]\nnself_owner_role = {owner}\nnself_role = {app}\n")
            assert "3 passed" in project.passes("--nself-dsn", theirs.url_for(me), env={"OWNER": owner, "APP": app})
            theirs.execute(f"revoke {owner}, {app} from {me}")
            said = project.fails("--nself-dsn", theirs.url_for(me), env={"OWNER": owner, "APP": app})
            assert f"We may not act as the role {owner}." in said
            assert f'grant "{owner}" to your user' in said

    def test_a_role_that_does_not_exist(self, project: Project, theirs: Somebody) -> None:
        """On somebody's server no role is made; the error has the statement."""
        project.file("pytest.ini", "[pytest]\nnself_role = nobody_here\n")
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        said = project.fails("--nself-dsn", theirs.url)
        assert "The role nobody_here does not exist on the server that you run." in said
        assert 'create role "nobody_here"' in said


class TestRolesInTheRecipe:
    """What belongs to the whole server is not changed unseen."""

    @pytest.fixture
    def role(self, theirs: Somebody) -> str:
        return f"made_{os.urandom(4).hex()}"

    def test_creating_one_is_refused_before_anything_runs(self, project: Project, theirs: Somebody, role: str) -> None:
        """A migration with `create role` is refused with its place, and the role is not there."""
        project.file("migrations/002_roles.sql", f"create table x (id int);\ncreate role {role};\n")
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        said = project.fails("--nself-dsn", theirs.url)
        assert "002_roles.sql:2:1: The recipe creates a role" in said
        assert f"create role {role}: on a server that you run it would stay" in said
        theirs.execute(f"create role {role}", f"drop role {role}")

    def test_other_changes_name_the_statement(self, project: Project, theirs: Somebody) -> None:
        """What the comparison finds afterwards is named, with the statement that did it."""
        with theirs.role() as role:
            project.file("migrations/002_roles.sql", f"select 1;\nalter role {role} set work_mem = '8MB';\n")
            project.file("test_it.py", "def test_1(nself_db): pass\n")
            said = project.fails("--nself-dsn", theirs.url)
        assert "002_roles.sql:2:1: The recipe changes objects that belong to the whole server" in said
        assert f"new: alter role {role} set work_mem=8MB" in said


class TestProduction:
    """A server that is named or stamped production is refused, whatever asks for it."""

    @pytest.mark.parametrize(
        "address",
        ["postgresql://u@db.production.example/test", "postgresql://u@prod-db/test", "postgresql://u@db/shop_prod"],
    )
    def test_by_name(self, project: Project, address: str) -> None:
        """The host or the database says production: no connection is tried, no test is run."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        result = project.run(env={"DATABASE_URL_TEST": address})
        assert result.returncode == 4
        assert "DATABASE_URL_TEST names postgresql://u@" in result.stdout
        assert "which says production." in result.stdout

    def test_words_that_contain_prod(self, project: Project, theirs: Somebody) -> None:
        """`products` is no production."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        with theirs.database(f"products_{os.urandom(3).hex()}") as name:
            project.passes("--nself-dsn", theirs.dsn.replace(dbname=name).url())

    @pytest.mark.parametrize("environment", ["production", "prod", "staging"])
    def test_by_stamp(self, project: Project, theirs: Somebody, environment: str) -> None:
        """A ledger row that was written as production refuses the server; one of staging does not."""
        project.file("test_it.py", "def test_1(nself_db): pass\n")
        with theirs.database() as name:
            theirs.execute(
                "create schema hdb_catalog",
                "create table hdb_catalog.schema_migrations (version bigint, dirty bool, environment text)",
                f"insert into hdb_catalog.schema_migrations values (1, false, '{environment}')",
                dbname=name,
            )
            result = project.run("--nself-dsn", theirs.dsn.replace(dbname=name).url())
            with theirs.role("createdb") as role:
                closed = project.run("--nself-dsn", theirs.url_for(role, name))
        if environment == "staging":
            assert result.returncode == 0, result.stdout
        else:
            assert "which carries the stamp of production." in result.stdout
        assert "whose ledger of migrations we may not read." in closed.stdout
