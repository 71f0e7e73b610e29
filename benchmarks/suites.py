"""The tests that are run: small projects, each one way of isolating the same test."""

from __future__ import annotations

from collections.abc import Mapping

# When each test starts, as the runner sees it; written at the end. The same in every project.
CLOCK = """
import json, os, time
import pytest

STARTS = []

def pytest_runtest_logstart(nodeid, location):
    STARTS.append(time.perf_counter())

def pytest_sessionfinish(session):
    if STARTS and not session.config.pluginmanager.has_plugin("dsession"):  # not in the controller of workers
        with open(os.environ["BENCH_STARTS"] + "." + os.environ.get("PYTEST_XDIST_WORKER", "main"), "w") as file:
            json.dump(STARTS, file)
"""

HEAD = "import os\nimport pytest\n\nmany = pytest.mark.parametrize('number', range(int(os.environ['BENCH_TESTS'])))\n\n"

SCHEMA = "create table person (id bigint generated always as identity primary key, name text not null);\n"


def rows(fixture: str) -> str:
    """A test that inserts one row and reads it, over the psycopg connection that the fixture gives."""
    return HEAD + (
        f"@many\ndef test_row(number, {fixture}):\n"
        f"    {fixture}.execute('insert into person (name) values (%s)', [f'p{{number}}'])\n"
        f"    assert {fixture}.execute('select name from person').fetchall() == [(f'p{{number}}',)]\n"
    )


# Eight tables, each with a key into the one before, and ten rows in each.
CHAIN_SCHEMA = "".join(
    f"create table t{n} (id int primary key, name text not null, at timestamptz not null default now(), "
    + (f"t{n - 1}_id int not null references t{n - 1}" if n > 1 else "amount numeric not null default 0")
    + ");\n"
    for n in range(1, 9)
)
CHAIN_ROWS = "".join(
    f"insert into t{n} (id, name{f', t{n - 1}_id' if n > 1 else ''}) "
    f"select i, 'row ' || i{', i' if n > 1 else ''} from generate_series(1, 10) as i;\n"
    for n in range(1, 9)
)
CHAIN_SET = "tables:\n" + "".join(
    f"  t{n}:\n"
    + "".join(f"    r{i}: {{id: {i}, name: row {i}{f', t{n - 1}_id: {i}' if n > 1 else ''}}}\n" for i in range(1, 11))
    for n in range(1, 9)
)


def counts(fixture: str, rows: int, mark: str = "") -> str:
    """A test that counts the rows of the last table of the chain."""
    return HEAD + (
        f"{mark}@many\ndef test_row(number, {fixture}):\n"
        f"    assert {fixture}.execute('select count(*) from t8').fetchone() == ({rows},)\n"
    )


EMPTY = {"conftest.py": CLOCK, "test_it.py": HEAD + "@many\ndef test_nothing(number):\n    pass\n"}

OURS = {"conftest.py": CLOCK, "test_it.py": rows("nself_db"), "migrations/0001_person.sql": SCHEMA}

RAW = {
    "conftest.py": CLOCK
    + """
import psycopg

@pytest.fixture(scope="session")
def kept():
    connection = psycopg.connect(os.environ["BENCH_DSN"], autocommit=True)
    connection.execute("begin")
    yield connection
    connection.close()

@pytest.fixture
def db(kept):
    kept.execute("rollback; begin")
    return kept
""",
    "test_it.py": rows("db"),
}

CHAIN_BARE = {"conftest.py": RAW["conftest.py"], "test_it.py": counts("db", 10)}
CHAIN_SHARED = {
    "conftest.py": CLOCK,
    "test_it.py": counts("nself_db", 10, "@pytest.mark.nself_fixtures('chain')\n"),
    "migrations/0001_chain.sql": CHAIN_SCHEMA,
    "fixtures/chain.yml": CHAIN_SET,
}
CHAIN_WITHOUT = {
    "conftest.py": CLOCK,
    "test_it.py": counts("nself_db", 0),
    "migrations/0001_chain.sql": CHAIN_SCHEMA,
}

SQLALCHEMY = {
    "conftest.py": CLOCK
    + """
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

@pytest.fixture(scope="session")
def engine():
    engine = create_engine(os.environ["BENCH_URL"])
    yield engine
    engine.dispose()

@pytest.fixture
def session(engine):
    connection = engine.connect()
    transaction = connection.begin()
    session = Session(bind=connection, join_transaction_mode="create_savepoint")
    yield session
    session.close()
    transaction.rollback()
    connection.close()
""",
    "test_it.py": HEAD
    + """
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

@many
def test_row(number, session):
    session.add(Person(name=f"p{number}"))
    session.flush()
    assert session.scalars(select(Person.name)).all() == [f"p{number}"]
""",
}

DJANGO = {
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = site_settings\npythonpath = .\n",
    "conftest.py": CLOCK,
    "site_settings.py": """
import os

SECRET_KEY = "bench"
INSTALLED_APPS = ["people"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": "bench", "USER": "postgres",
    "HOST": os.environ["BENCH_HOST"], "PORT": os.environ["BENCH_PORT"],
}}
""",
    "people/__init__.py": "",
    "people/models.py": "from django.db import models\n\nclass Person(models.Model):\n    name = models.TextField()\n",
    "test_it.py": HEAD
    + """
from people.models import Person

@many
def test_row(number, db):
    Person.objects.create(name=f"p{number}")
    assert [person.name for person in Person.objects.all()] == [f"p{number}"]
""",
}


def pytest_postgresql(pg_ctl: str, test: str | None = None) -> Mapping[str, str]:
    """pytest-postgresql's own fixtures: a server, a template with the table, a database for each test."""
    return {
        "conftest.py": CLOCK
        + f"""
from pathlib import Path
from pytest_postgresql import factories

SCHEMA = Path(__file__).with_name("schema.sql")
postgresql_proc = factories.postgresql_proc(executable={pg_ctl!r}, port=None, load=[SCHEMA])
postgresql = factories.postgresql("postgresql_proc")
""",
        "schema.sql": SCHEMA,
        "test_it.py": rows("postgresql") if test is None else test,
    }
