"""States that are read one from the other say what a reading of the whole catalog says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.read import introspect
from pytest_nself.catalog.watching import RESET_ALL, Watching, is_watched, watch
from pytest_nself.core.names import ObjectRef, quote_identifier
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.statements import split
from pytest_nself.server.server import Server

from .corpus import CASES, Case
from .histories import BEGINNING, ROLES, statements
from .scratch import Scratch

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="session")
def scratch(nself_server: Server) -> Iterator[Scratch]:
    """Databases for the cases, and the roles that their scripts would else race to make."""
    scratch = Scratch(nself_server)
    with scratch.roles({role for case in CASES for role in case.roles}):
        yield scratch
    scratch.close()


@contextmanager
def connected(database: EphemeralDatabase, *, watched: bool = True) -> Iterator[Connection]:
    """A connection as the round trip has one."""
    with closing(database.connect(autocommit=True, prepare_threshold=None)) as connection:
        if watched:
            watch(connection)
        yield connection


class Followed:
    """A database of which each state is read twice: from the one before, and as a whole."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.watching = Watching(connection)
        self.state = self.watching.now()
        self.agree(self.state)

    def step(self, *texts: str) -> Catalog:
        """Take a step, and compare what both readings say of the state after it, and of what the step has changed."""
        for text in texts:
            self.connection.execute(text.encode())
        before, self.state = self.state, self.watching.after(self.state)
        self.agree(self.state)
        changed = {ref for ref in {*before.entries, *self.state.entries} if differ(before, self.state, ref)}
        assert set(self.watching.different(before, self.state)) == changed, texts
        return self.state

    def agree(self, state: Catalog) -> None:
        """What was read is what there is, down to the oids."""
        whole = introspect(self.connection, dependencies=False)
        mine, theirs = told(state), told(whole)
        assert [
            (ref, mine.get(ref), theirs.get(ref)) for ref in {**mine, **theirs} if mine.get(ref) != theirs.get(ref)
        ] == []
        assert set(state.unmodelled) == set(whole.unmodelled)
        assert (state.role, state.version) == (whole.role, whole.version)


def told(state: Catalog) -> dict[ObjectRef, tuple[tuple[Any, ...], dict[str, str]]]:
    return {ref: (one.row, one.extra or {}) for ref, one in state.entries.items()}


def differ(a: Catalog, b: Catalog, ref: ObjectRef) -> bool:
    one, other = a.get(ref), b.get(ref)
    return one is None or other is None or not one.equals(other)


def statements_of(case: Case, side: str) -> Iterator[str]:
    for text in case.scripts(side):
        for one in split(text):
            yield text[one.start : one.end]


each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name, indirect=True)
every_third = pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case.name, indirect=True)


@every_third
def test_each_side_of_the_corpus(case: Case, scratch: Scratch) -> None:
    """After a whole script, and after another in its place once the first was rolled back."""
    with scratch.made() as database, connected(database) as connection:
        followed = Followed(connection)
        empty = followed.state
        connection.execute(b"begin")
        followed.step(*case.scripts("a"))
        connection.execute(b"rollback")
        followed.state = empty
        followed.step(*case.scripts("b"))


@pytest.mark.torture
@each_case
def test_each_statement_of_the_corpus(case: Case, scratch: Scratch) -> None:
    """After each single statement, in a transaction."""
    with scratch.made() as database, connected(database) as connection:
        followed = Followed(connection)
        for side in ("a", "b"):
            connection.execute(b"begin")
            empty = followed.state
            for text in statements_of(case, side):
                followed.step(text)
            connection.execute(b"rollback")
            followed.state = empty


HISTORY = (
    "create schema app",
    "create table app.users (id int primary key, name text not null)",
    "create table app.posts (id int primary key, author int references app.users, body text)",
    "create view app.authors as select u.id, u.name from app.users u join app.posts p on p.author = u.id",
    "create index on app.posts (author)",
    "alter table app.users rename column name to full_name",
    "comment on table app.users is 'people'",
    "grant select on all tables in schema app to public",
    "alter table app.posts rename to articles",
    "alter schema app rename to site",
    "create function site.twice(n int) returns int language sql as 'select n * 2'",
    "alter table site.articles add column score int generated always as (id * 2) stored",
    "create policy own on site.users using (full_name = current_user)",
    "alter table site.users enable row level security",
    "drop table site.users cascade",
    "alter table site.articles set schema public",
    "select set_config('search_path', 'site', false)",
    "create table parted (at date not null, n int) partition by range (at)",
    "create table parted_1 partition of parted for values from ('2026-01-01') to ('2027-01-01')",
    "create index on parted (n)",
    "alter table parted add column note text default 'x'",
    "alter table parted detach partition parted_1",
    "insert into parted_1 values ('2026-05-05', 1, 'y')",
    "create extension if not exists plpgsql",
    "do $$ begin execute 'create table made_inside (id int)'; execute 'drop table parted'; end $$",
)


@pytest.fixture
def history(scratch_database: EphemeralDatabase) -> Iterator[Followed]:
    """A database that tells what is touched."""
    with connected(scratch_database) as connection:
        yield Followed(connection)


def wander(followed: Followed, seed: int, steps: int) -> None:
    """A random history, in which some steps are several statements, and some are taken back."""
    connection, chance, saved = followed.connection, random.Random(seed), list[Catalog]()
    possible = (text for text in statements(seed) if is_possible(connection, text))
    for _ in range(steps):
        match chance.randrange(20):
            case 0:
                connection.execute(f"savepoint wander{len(saved)}".encode())
                saved.append(followed.state)
            case 1 if saved:
                followed.state = saved.pop()
                connection.execute(f"rollback to savepoint wander{len(saved)}".encode())
            case number:
                for _ in range(max(1, number - 16)):
                    next(possible)
                followed.step()


def is_possible(connection: Connection, text: str) -> bool:
    """Execute a statement; one that fails leaves nothing behind."""
    connection.execute(b"savepoint possible")
    try:
        connection.execute(text.encode())
    except psycopg.Error:
        connection.execute(b"rollback to savepoint possible")
        return False
    connection.execute(b"release savepoint possible")
    return True


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.torture) for n in range(4, 100))])
def test_random_histories(scratch: Scratch, history: Followed, seed: int) -> None:
    """Whatever happens to a few objects, in whatever order."""
    with scratch.roles(ROLES), history.connection.transaction(force_rollback=True):
        history.step(*BEGINNING)
        wander(history, seed, 60)


@pytest.mark.parametrize("inside", [True, False], ids=["inside a transaction", "each committed"])
def test_names_that_change(history: Followed, inside: bool) -> None:
    """What others name in another way now is read, too: renamed columns, tables, schemas; and what falls with others.

    So is what stood below a table that was touched, and no longer does.
    """
    if inside:
        history.connection.execute(b"begin")
    for text in HISTORY:
        history.step(text)


def test_only_what_was_touched_is_read(history: Followed) -> None:
    """What a step left alone is the same entry, and no query reads the whole."""
    history.step("create table a (id int primary key)", "create table b (id int primary key, a int references a)")
    before = history.state
    after = history.step("alter table b add column note text")
    ref = ObjectRef("table", "public", "a")
    assert after.entries[ref] is before.entries[ref]
    assert type(after.entries) is type(before.entries)
    assert history.watching.different(before, after) == [ObjectRef("column", "public", "b", "note")]


def test_what_a_session_forgets(history: Followed) -> None:
    """Settings that are all reset take along what was to be told: then the whole is read, and nothing is missed."""
    history.step("create table a (id int)", "reset all", "create table b (id int)")
    history.step("create table c (id int)", "discard all")
    history.connection.execute(b"begin")
    history.step("create table d (id int)", RESET_ALL, "create table e (id int)")
    assert {"a", "b", "c", "d", "e"} <= {ref.name for ref in history.state.entries if ref.kind == "table"}


def test_reset_all_that_forgets_nothing(history: Followed) -> None:
    """What is sent in its place resets every setting, and what was told is still known."""
    connection = history.connection
    connection.execute(b"set work_mem = '5MB'")
    connection.execute(b"create table a (id int)")
    told = connection.execute(b"select pg_catalog.current_setting('nself.touched')").fetchone()
    connection.execute(RESET_ALL.encode())
    rows = connection.execute(b"select current_setting('work_mem') <> '5MB', current_setting('nself.touched')")
    assert told is not None
    assert rows.fetchone() == (True, told[0])


def test_another_role_may_migrate(scratch: Scratch, scratch_database: EphemeralDatabase) -> None:
    """Who migrates need not be who made the database tell, and may change roles on the way."""
    name = quote_identifier("watching migrator")
    with scratch.roles({"watching migrator"}), connected(scratch_database) as connection:
        connection.execute(f"grant create on database {scratch_database.dsn.dbname} to {name}".encode())
        connection.execute(f"set session authorization {name}".encode())
        followed = Followed(connection)
        followed.step("create schema own", "create table own.a (id int)")
        followed.step("alter table own.a add column b int", "grant select on own.a to public")
        connection.execute(b"reset session authorization")
        followed.step("alter table own.a owner to current_user")
        followed.step(f"drop owned by {name} cascade")


def test_a_database_that_does_not_tell(scratch_database: EphemeralDatabase) -> None:
    """Where nothing was put into the database, each state is read as a whole."""
    with connected(scratch_database, watched=False) as connection:
        assert not is_watched(connection)
        followed = Followed(connection)
        followed.step("create table a (id int)")
        followed.step("alter table a rename to b")


def test_a_database_without_the_language(scratch_database: EphemeralDatabase) -> None:
    """One that cannot tell stays as it is."""
    with connected(scratch_database, watched=False) as connection:
        connection.execute(b"drop extension plpgsql")
        watch(connection)
        assert not is_watched(connection)
        Followed(connection).step("create table a (id int)")


def test_what_tells_is_no_part_of_the_schema(scratch_database: EphemeralDatabase) -> None:
    """What is put into the database shows in no catalog, and putting it twice is once."""
    with connected(scratch_database, watched=False) as connection:
        before = introspect(connection)
        watch(connection)
        watch(connection)
        after = introspect(connection)
        assert is_watched(connection)
        assert after.fingerprint == before.fingerprint
        assert after.unmodelled == before.unmodelled


def test_a_connection_that_prepares(scratch_database: EphemeralDatabase) -> None:
    """psycopg's own prepared statements, and a migration that throws them all away, do no harm."""
    with closing(scratch_database.connect(autocommit=True)) as connection:
        watch(connection)
        followed = Followed(connection)
        for number in range(12):
            followed.step(f"create table t{number} (id int)")
        followed.step("deallocate all", "alter table t1 add column n int")
        followed.step("alter table t2 add column n int")
