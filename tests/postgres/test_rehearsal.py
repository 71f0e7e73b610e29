"""Rehearsals: what would happen, seen on a throw-away copy, while the database itself is only read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.checks.copy import make_copy
from pytest_nself.checks.dangers import find_dangers
from pytest_nself.checks.dump import dump_schema
from pytest_nself.checks.rehearsal import rehearse
from pytest_nself.checks.rehearsed import Rehearsal, Rehearsed
from pytest_nself.checks.target import read_original
from pytest_nself.core.errors import NoServer, NselfError
from pytest_nself.core.names import quote_identifier
from pytest_nself.core.plan import Plan
from pytest_nself.database.database import Database, EphemeralDatabase
from pytest_nself.execute.migrate import MigrationFailed, migrate_up
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.planning.planner import plan_up
from pytest_nself.migrations.planning.standing import read_standing
from pytest_nself.sandbox.kept import TestProject
from pytest_nself.sandbox.throwaway import throwaway_server
from pytest_nself.server.client_programs import find_client
from pytest_nself.server.server import Server

Write = Callable[..., Migrations]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write migrations, `v1="…"` as `1_m.sql`; gives what is read from the folder then."""

    def write_files(**texts: str) -> Migrations:
        folder = tmp_path / "migrations"
        folder.mkdir(exist_ok=True)
        for version, text in texts.items():
            (folder / f"{version.removeprefix('v')}_m.sql").write_text(text, encoding="utf-8", newline="")
        return read_migrations(folder)

    return write_files


@pytest.fixture
def project(tmp_path: Path) -> TestProject:
    """A project whose servers come from where this run's come from."""
    (tmp_path / "pyproject.toml").touch()
    return TestProject.find(tmp_path)


@pytest.fixture
def own_server(project: TestProject, nself_server: Server) -> Iterator[Server]:
    """A server that nobody else uses, of this run's major."""
    with throwaway_server(project, major=nself_server.version // 10000, extensions=frozenset()) as server:
        yield server


@contextmanager
def connected(database: Database) -> Iterator[Any]:
    with closing(database.connect(autocommit=True, prepare_threshold=None)) as connection:
        yield connection


def prepare(database: Database, sql: str) -> None:
    """Bring the database into a state."""
    with connected(database) as connection:
        connection.execute(sql.encode())


def rehearsed(database: Database, migrations: Migrations, project: TestProject, **options: Any) -> Rehearsal:
    """Rehearse all that is pending."""

    def make_plan(connection: Any) -> Plan:
        return plan_up(migrations, read_standing(connection, migrations), **options)

    with connected(database) as connection:
        return rehearse(database, connection, make_plan, project=project)


def locks(one: Rehearsed) -> list[str]:
    """Its locks that hold back more than vacuum, in words."""
    return [str(lock) for lock in one.locks if lock.strength >= 3]


def schema_of(database: Database) -> str:
    """What pg_dump says of it, but for the word that is another each time."""
    client = find_client("pg_dump", server_version=database.server_version, host=database.dsn.host)
    lines = dump_schema(client, database.dsn).splitlines()
    return "\n".join(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))


HARD_SCHEMA = """
create schema "Odd Schema";
create schema other;
create extension pg_trgm schema other;
create type "Odd Schema"."Mood;" as enum ('happy', 'it''s ok');
create domain other.positive as int check (value > 0);
create table "Odd Schema"."the ""T"" ø" (id int primary key, "Wörd" "Odd Schema"."Mood;", n other.positive);
create table public.events (at date not null, id int, body text, primary key (at, id)) partition by range (at);
create table public.events_1 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
create table other.events_2 partition of public.events for values from ('2027-01-01') to ('2028-01-01');
create table public.parent (id bigint generated always as identity primary key, name text unique);
create table public.child (id serial primary key, parent_id bigint references public.parent, note text);
create index on public.child using gin (note other.gin_trgm_ops);
alter table public.child enable row level security;
create policy "only ;mine" on public.child for select to {reader} using (note = current_user);
grant select on public.child to {reader};
create function other.shout(t text) returns text language plpgsql as $body$
begin
  -- a ; and a line that looks like psql's:
/*
\\restrict me
*/
  return upper(t) || ';';
end $body$;
create function public.twice(n int) returns int begin atomic; select n * 2; end;
create view public.names as select name, public.twice(id::int) from public.parent;
create materialized view other.filled as select count(*) from public.names;
create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before update on public.child for each row execute function public.touch();
create rule quiet as on delete to public.parent where old.id = 0 do instead (select 1; select 2);
comment on table public.parent is 'It''s; a "comment" \\ here';
alter default privileges in schema public grant select on tables to {reader};
insert into public.parent (name) select 'n' || g from generate_series(1, 500) g;
insert into "Odd Schema"."the ""T"" ø" values (1, 'happy', 5);
analyze;
"""


@pytest.fixture
def hard(own_server: Server) -> EphemeralDatabase:
    """A database with everything that is awkward to copy, on a server of its own."""
    name = 'Odd "DB" é'
    with own_server.connect("template1") as connection:
        connection.execute('create role "odd Reader;" nologin; create role boss login createrole createdb')
        connection.execute(f"create database {quote_identifier(name)} template template1 owner boss".encode())
    database = EphemeralDatabase(own_server.dsn_for(name), own_server.version)
    prepare(database, HARD_SCHEMA.format(reader='"odd Reader;"'))
    return database


def test_the_copy_is_equal(hard: EphemeralDatabase, project: TestProject, own_server: Server) -> None:
    """pg_dump says the same of the copy as of the original; rows are there of the ledger alone."""
    prepare(hard, "create table other.ledger (a text, b int); insert into other.ledger values (E'\\t\\n\\\\ø', null)")
    with connected(hard) as connection:
        original = read_original(connection, (("other", "ledger"), ("other", "missing")))
    client = find_client("pg_dump", server_version=hard.server_version, host=hard.dsn.host)
    major = own_server.version // 10000
    with throwaway_server(project, major=major, extensions=original.extensions) as server:
        copy = make_copy(server, original, dump_schema(client, hard.dsn), frozenset())
        assert schema_of(copy.superuser) == schema_of(hard)
        assert copy.notes == ()
        with connected(copy.database) as look:
            assert look.execute("select * from other.ledger").fetchall() == [("\t\n\\ø", None)]
            assert look.execute("select count(*) from public.parent").fetchone() == (0,)
            assert look.execute("select current_database()").fetchone() == ('Odd "DB" é',)
            roles = "select rolname, rolcanlogin from pg_roles where rolname in ('boss', 'odd Reader;', 'postgres')"
            assert dict(look.execute(roles).fetchall()) == {"boss": False, "odd Reader;": False, "postgres": True}


def test_what_is_seen_and_nothing_is_changed(hard: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """Locks, rewrites and indexes of awkward objects; the original has the same schema, and gave out no xid."""
    migrations = write(
        v1='alter table "Odd Schema"."the ""T"" ø" alter column n type bigint;',
        v2="alter table public.events add column more int default 5;\ncreate index on public.events (id);",
        v3='alter type "Odd Schema"."Mood;" add value \'sad\';\ngrant select on public.names to "odd Reader;";',
        v4='create index concurrently "Ix é" on other.events_2 (body);\nselect 1;',
        v5="alter table child add constraint c foreign key (parent_id) references parent not valid;",
        v6="refresh materialized view other.filled;\nselect * from other.filled;",
        v7="create table made (id int);\nalter table made alter id type bigint;\ncreate index on made (id);",
        v8="alter table made add column x text;\nupdate parent set name = other.shout(name);",
        v9='drop index concurrently other."Ix é";',
        v10="alter table public.events detach partition other.events_2 concurrently;",
    )
    xid = "select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text"
    with connected(hard) as look:
        before, dumped = look.execute(xid).fetchone(), schema_of(hard)
        result = rehearsed(hard, migrations, project)
        assert (look.execute(xid).fetchone(), schema_of(hard)) == (before, dumped)
    assert result.failed is None, result.failed
    seen = {one.label: one for one in result.migrations}
    odd = ("Odd Schema", 'the "T" ø')
    assert seen["1_m"].rewrites == (odd,)
    assert locks(seen["1_m"]) == ['ACCESS EXCLUSIVE on Odd Schema.the "T" ø']
    assert result.sizes[odd].rows == 1
    partitions = ["other.events_2", "public.events", "public.events_1"]
    assert locks(seen["2_m"]) == [f"ACCESS EXCLUSIVE on {name}" for name in partitions]
    assert seen["2_m"].rewrites == ()
    assert sorted(".".join(index.table) for index in seen["2_m"].indexes) == partitions
    assert (seen["2_m"].statements, locks(seen["3_m"])) == (2, [])
    assert [(str(lock), lock.documented) for lock in seen["4_m"].locks] == [
        ("SHARE UPDATE EXCLUSIVE on other.events_2", True)
    ]
    assert seen["4_m"].indexes == ()
    both = ["SHARE ROW EXCLUSIVE on public.child", "SHARE ROW EXCLUSIVE on public.parent"]
    assert locks(seen["5_m"]) == both
    assert seen["6_m"].rewrites == (("other", "filled"),)
    for label in ("7_m", "8_m"):  # what the run itself made is nobody's to wait for
        assert (locks(seen[label]), seen[label].rewrites, seen[label].indexes) == ([], (), ())
    assert "ROW EXCLUSIVE on public.parent" in map(str, seen["8_m"].locks)
    assert locks(seen["9_m"]) == ["SHARE UPDATE EXCLUSIVE on other.events_2"]
    assert locks(seen["10_m"]) == ["ACCESS EXCLUSIVE on other.events_2", "SHARE UPDATE EXCLUSIVE on public.events"]
    assert result.sizes[("public", "parent")].rows == 500
    assert result.notes == ()


def test_dangers_go_by_size(hard: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """The same migrations are dangerous on tables from a size on, and only the worst is told of each table."""
    migrations = write(
        v1="alter table parent alter column id type int;\ncreate index on parent (name);",
        v2="create index on parent (id);\ncreate trigger t after insert on parent execute function touch();",
        v3="alter table parent add column c int;\nalter table child add column c int;",
        v4="alter table parent validate constraint p;\nselect 1 from parent;\nupdate parent set c = 1;",
    )
    prepare(
        hard,
        "drop materialized view other.filled; drop view public.names; drop rule quiet on parent;"
        " alter table parent add constraint p check (id > 0) not valid",
    )
    result = rehearsed(hard, migrations, project)
    assert result.failed is None, result.failed
    assert result.findings == ()
    found = find_dangers(result, big_rows=100)
    assert [(one.rule, str(one.subject), one.evidence["migration"]) for one in found] == [
        ("rehearsal-rewrite", "public.parent", "1_m"),
        ("rehearsal-index", "public.parent", "2_m"),
        ("rehearsal-lock", "public.parent", "3_m"),
    ]
    assert all("about 500 rows" in one.message and one.remedy and one.place for one in found)
    by_bytes = find_dangers(result, big_bytes=result.sizes[("public", "parent")].bytes)
    assert [str(one) for one in by_bytes if str(one.subject) == "public.parent"] == [str(one) for one in found]


def test_a_failing_migration(scratch_database: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """It is told with its line, those before it are seen, those after it are not tried; in a file with CRLF, too."""
    prepare(scratch_database, "create table t (id int)")
    migrations = write(
        v1="alter table t add column a int;",
        v2="select 1;\r\nalter table t drop column missing;\r\n",
        v3="select 1;",
        v4="select 1;",
    )
    result = rehearsed(scratch_database, migrations, project)
    assert [one.failure is None for one in result.migrations] == [True, False]
    failed = result.failed
    assert failed is not None
    assert failed.failure is not None
    assert str(failed.place).endswith("2_m.sql:2:1")
    assert 'column "missing" of relation "t" does not exist' in failed.failure.cause
    assert result.left_out == ("3_m", "4_m")
    assert [one.label for one in rehearsed(scratch_database, migrations, project, to=1).migrations] == ["1_m"]
    assert rehearsed(scratch_database, migrations, project, count=1).failed is None


def test_an_empty_database(scratch_database: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """A first run is rehearsed with the ledger it makes, of which nothing is told; nothing pending, no copy."""
    result = rehearsed(scratch_database, write(v1="create table t (id int);", v2="insert into t values (1);"), project)
    assert [(one.label, one.failure, locks(one)) for one in result.migrations] == [("1_m", None, []), ("2_m", None, [])]
    with connected(scratch_database) as look:
        assert look.execute("select count(*) from pg_class where relnamespace = 'public'::regnamespace").fetchone() == (
            0,
        )
    assert rehearsed(scratch_database, write().__class__("x"), project) == Rehearsal()


def test_a_half_way_ledger(scratch_database: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """What a run left half-way is taken up on the copy as it would be on the original, where it still stands so."""
    migrations = write(v1="create table t (a int); insert into t values (1), (1);")
    migrate_up(migrations, scratch_database)
    migrations = write(v2="insert into t values (2);\ncreate unique index concurrently i on t (a);", v3="select 1;")
    with pytest.raises(MigrationFailed):
        migrate_up(migrations, scratch_database)
    result = rehearsed(scratch_database, migrations, project)
    assert result.failed is None
    assert [one.label for one in result.migrations] == ["2_m", "3_m"]
    assert locks(result.migrations[0]) == ["SHARE UPDATE EXCLUSIVE on public.t"]
    with connected(scratch_database) as look:
        assert look.execute("select version, dirty from hdb_catalog.schema_migrations order by 1").fetchall() == [
            (1, False),
            (2, True),
        ]
        assert look.execute("select indisvalid from pg_index where indrelid = 't'::regclass").fetchall() == [(False,)]


def test_a_folder_of_drizzle(scratch_database: EphemeralDatabase, tmp_path: Path, project: TestProject) -> None:
    """drizzle's own ledger comes along, wherever it is, and nothing is told of it."""
    folder = tmp_path / "drizzle"
    (folder / "meta").mkdir(parents=True)

    def write_journal(length: int) -> Migrations:
        entries = []
        for number in range(length):
            (folder / f"000{number}_m.sql").write_text(f"create table t{number} (id int);")
            entries.append({"idx": number, "version": "7", "when": 1700000000000 + number, "tag": f"000{number}_m"})
        journal = {"version": "7", "dialect": "postgresql", "entries": entries}
        (folder / "meta" / "_journal.json").write_text(json.dumps(journal))
        return read_migrations(folder)

    migrate_up(write_journal(2), scratch_database)
    prepare(scratch_database, 'alter schema drizzle rename to "Mine"')
    result = rehearsed(scratch_database, write_journal(3), project)
    assert [(one.label, one.failure, one.locks) for one in result.migrations] == [("0002_m", None, ())]


def test_what_is_no_rewrite(scratch_database: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """An emptied table is not called rewritten, also where it is emptied by `cascade`; one that is both, is."""
    prepare(
        scratch_database,
        "create table a (id int primary key); create table b (id int references a); create table c (id int);"
        " create table d (id int primary key)",
    )
    result = rehearsed(
        scratch_database,
        write(
            v1="truncate a cascade;",
            v2="truncate c; alter table d alter id type bigint;",
            v3="vacuum full b;\nvacuum c;\nreindex table concurrently d;\n",
            v4="-- nself:no-transaction\ndo $$ begin perform 1; end $$;",
            v5="create table made (id int);\nvacuum made;\nvacuum;",
        ),
        project,
    )
    assert result.failed is None
    one, two, three, four, five = result.migrations
    assert (one.rewrites, locks(one)) == ((), ["ACCESS EXCLUSIVE on public.a", "ACCESS EXCLUSIVE on public.b"])
    assert two.rewrites == (("public", "d"),)
    assert three.rewrites == (("public", "b"),)
    assert locks(three) == [
        "ACCESS EXCLUSIVE on public.b",
        "SHARE UPDATE EXCLUSIVE on public.c",
        "SHARE UPDATE EXCLUSIVE on public.d",
    ]
    assert all(lock.documented for lock in three.locks)
    assert (four.unseen, four.locks) == (("do",), ())
    assert (five.unseen, five.locks) == (("vacuum",), ())


def test_rights_and_settings_are_those_of_the_original(own_server: Server, write: Write, project: TestProject) -> None:
    """The copy's role is called like ours and may do as little; its settings and the database's hold, too."""
    with own_server.connect("template1") as connection:
        # As on managed servers: the user `postgres` is no superuser.
        connection.execute("create role real_boss superuser login")
    with own_server.connect("template1", "real_boss") as connection:
        connection.execute("alter role postgres rename to hidden")
        connection.execute("create role postgres login createdb; create role app; grant app to postgres")
        connection.execute("create database shop owner real_boss template template1")
        connection.execute("grant create on database shop to postgres")
        connection.execute("alter database shop set search_path = sales, public")
        connection.execute("alter role postgres set datestyle = 'German'")
    boss = EphemeralDatabase(own_server.dsn_for("shop", "real_boss"), own_server.version)
    prepare(
        boss,
        "create schema sales; create table sales.t (id int); create table sales.mine (id int);"
        " alter table sales.mine owner to app; grant usage on schema sales to public; grant select on sales.t to app",
    )
    ours = EphemeralDatabase(own_server.dsn_for("shop", "postgres"), own_server.version)
    prepare(ours, "create extension pg_trgm schema public")
    migrations = write(
        v1="alter table mine add column d date default '31.12.2026';",
        v2="create schema fresh;\ndrop extension pg_trgm;",
        v3="alter table t add column x int;",
    )
    result = rehearsed(ours, migrations, project)
    failed = result.failed
    assert failed is not None
    assert failed.failure is not None
    assert (failed.label, failed.failure.cause) == ("3_m", "ERROR 42501: must be owner of table t")
    with pytest.raises(MigrationFailed, match="must be owner of table t"):
        migrate_up(migrations, ours)


def test_a_role_that_may_only_read(
    scratch_database: EphemeralDatabase, write: Write, project: TestProject, nself_server: Server
) -> None:
    """Reading is enough to make the copy; a table that may not be read is named."""
    role = f"reader_{scratch_database.dsn.dbname}"
    prepare(scratch_database, f"create schema s; create table s.t (id int); create role {role} login")
    try:
        ours = EphemeralDatabase(nself_server.dsn_for(scratch_database.dsn.dbname, role), nself_server.version)
        migrations = write(v1="select 1;", v2="create schema more;")
        with pytest.raises(NselfError, match=r"permission denied for (table t|schema s)"):
            rehearsed(ours, migrations, project)
        prepare(scratch_database, f"grant pg_read_all_data to {role}")
        failed = rehearsed(ours, migrations, project).failed
        assert failed is not None
        assert failed.failure is not None
        assert "permission denied for database" in failed.failure.cause  # as it would be there: it has no ledger
    finally:
        prepare(scratch_database, f"drop owned by {role}; drop role {role}")


def test_an_extension_that_nobody_has(scratch_database: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """An extension that a pending migration wants and no server has is named before any server starts."""
    with pytest.raises(NoServer, match="no extension no_such_thing"):
        rehearsed(scratch_database, write(v1="create extension no_such_thing;"), project)


def test_a_thousand_tables(scratch_database: EphemeralDatabase, write: Write, project: TestProject) -> None:
    """A large schema is copied, and a change of each of its tables is seen."""
    prepare(
        scratch_database,
        "do $$ begin for n in 1..1000 loop"
        " execute format('create table t%s (id serial primary key, a text)', n);"
        " execute format('create index on t%s (a)', n); if n % 200 = 0 then commit; end if;"
        " end loop; end $$",
    )
    text = "".join(f"alter table t{n} add column c int;\n" for n in range(1, 1001))
    result = rehearsed(scratch_database, write(v1=text), project)
    assert result.failed is None
    assert len(locks(result.migrations[0])) == 1000
    assert result.migrations[0].statements == 1000
    assert len(result.sizes) == 1000


def test_the_time_zone_is_that_of_the_original(
    scratch_database: EphemeralDatabase, write: Write, project: TestProject
) -> None:
    """From `timestamp` to `timestamptz` is a rewrite wherever the zone is not UTC, and so it is on the copy."""
    migrations = write(v1="alter table t alter at type timestamptz;")
    prepare(scratch_database, "create table t (at timestamp)")
    name = quote_identifier(scratch_database.dsn.dbname)
    for zone, rewrites in (("UTC", ()), ("Asia/Tokyo", (("public", "t"),))):
        prepare(scratch_database, f"alter database {name} set timezone = '{zone}'")
        assert rehearsed(scratch_database, migrations, project).migrations[0].rewrites == rewrites
