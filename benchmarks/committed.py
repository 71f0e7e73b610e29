"""What one test costs that commits, pytest included: the app's own connection inserts a row, commits and reads it.

Ours keeps one database with a stable address per worker and puts back what the test wrote; the app's connection stays.
The other ways give each test a clone of its own, truncate every table, or (the floor) look for the tables that are not
empty and empty those.
"""

from __future__ import annotations

from functools import partial

import suites
from ground import Ground, ground
from measuring import Way, ahead, arguments, at_most, interleave, show, times_floor
from servers import BareServer, bare_server, per_test


def main() -> None:
    options = arguments(__doc__, 7, tests=300)
    with ground() as place:
        for tables in (50, 500):
            schema = schema_of(tables)
            with bare_server(place, {"bench": schema, "pattern": schema}) as server:
                compare(place, server, tables, schema, options.runs, options.tests)


def compare(place: Ground, server: BareServer, tables: int, schema: str, runs: int, tests: int) -> None:
    few = max(12, tests // 15)
    variables = {**server.variables(), "BENCH_ADMIN": server.variables("postgres")["BENCH_DSN"]}
    ours = {**OURS, "migrations/0001_schema.sql": schema}
    projects = {"ours": ours, "floor": SIZES, "truncate": TRUNCATE, "copy": clone("file_copy"), "log": clone("wal_log")}
    roots = {name: place.project(f"committed-{name}-{tables}", files) for name, files in projects.items()}
    empty = place.project("committed-empty", suites.EMPTY)

    def run(name: str, count: int, *using: str):  # type: ignore[no-untyped-def]
        return partial(per_test, place, roots[name], count, using=using, more=variables)

    ways = [
        Way("an empty test", "note", partial(per_test, place, empty, tests, more=variables)),
        Way("tables found by file size, those emptied", "floor", run("floor", tests)),
        Way("pytest-nself: nself_database, the app's kept connection", "us", run("ours", tests, "nself")),
        Way("a clone per test, file_copy, and drop", "peer", run("copy", few)),
        Way("a clone per test, wal_log, and drop", "peer", run("log", few)),
        Way("truncate all tables", "peer", run("truncate", few)),
    ]
    measured = interleave(ways, runs)
    question = f"per test that commits, {tables} tables"
    show(f"{question}: median", measured, "median", [at_most(1.5), times_floor(1.2), ahead(4)])
    show("the same: mean", measured, "mean")


def schema_of(tables: int) -> str:
    """Tables with an identity, a unique name and a foreign key to the one before."""
    statements = []
    for number in range(1, tables + 1):
        parent = f" parent_id bigint references t{number - 1:04} (id)," if number > 1 else ""
        statements.append(
            f"create table t{number:04} (id bigint generated always as identity primary key,{parent} "
            "name text not null unique);\n"
        )
    return "".join(statements)


BODY = """
    app.execute("insert into t0007 (name) values (%s)", [f"p{number}"])
    assert app.execute("select name from t0007").fetchall() == [(f"p{number}",)]
"""

OURS = {
    "conftest.py": suites.CLOCK
    + """
import psycopg

APP = []

@pytest.fixture
def app(nself_database):
    if not APP or APP[0].closed:
        APP[:] = [psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)]
    return APP[0]
""",
    "test_it.py": suites.HEAD + f"@many\ndef test_row(number, app):{BODY}",
}

KEPT = """
import psycopg

@pytest.fixture(scope="session")
def kept():
    with psycopg.connect(os.environ["BENCH_DSN"], autocommit=True) as connection:
        yield connection
"""

SIZES = {
    "conftest.py": suites.CLOCK
    + KEPT
    + '''
FIND = """select coalesce(string_agg(format('delete from %I', relname), '; '), '') from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0"""

@pytest.fixture
def app(kept):
    yield kept
    kept.execute("set session_replication_role = replica; " + kept.execute(FIND).fetchone()[0])
    kept.execute("set session_replication_role = origin")
''',
    "test_it.py": suites.HEAD + f"@many\ndef test_row(number, app):{BODY}",
}

TRUNCATE = {
    "conftest.py": suites.CLOCK
    + KEPT
    + """
@pytest.fixture(scope="session")
def tables(kept):
    rows = kept.execute("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
    return ", ".join(name for (name,) in rows)

@pytest.fixture
def app(kept, tables):
    yield kept
    kept.execute(f"truncate {tables}")
""",
    "test_it.py": suites.HEAD + f"@many\ndef test_row(number, app):{BODY}",
}


def clone(strategy: str) -> dict[str, str]:
    """A database per test, cloned from the database `pattern`."""
    return {
        "conftest.py": suites.CLOCK
        + f"""
import psycopg

@pytest.fixture(scope="session")
def admin():
    with psycopg.connect(os.environ["BENCH_ADMIN"], autocommit=True) as connection:
        yield connection

@pytest.fixture
def app(admin):
    admin.execute("create database one template pattern strategy {strategy}")
    dsn = os.environ["BENCH_DSN"].replace("dbname=bench", "dbname=one")
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection
    admin.execute("drop database one with (force)")
""",
        "test_it.py": suites.HEAD + f"@many\ndef test_row(number, app):{BODY}",
    }


if __name__ == "__main__":
    main()
