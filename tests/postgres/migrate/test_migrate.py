"""Migrations on a real server: files in, a migrated database out."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import MigrationError, Refused
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.execute.executor import Progress, execute
from pytest_nself.execute.migrate import MigrationFailed, migrate_up, naming_migrations
from pytest_nself.migrations.ledger import EMPTY_LEDGER, LedgerTable, read_ledger
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM
from pytest_nself.migrations.planning.planner import plan_down, plan_up
from pytest_nself.migrations.planning.walk import Timeouts
from pytest_nself.migrations.status import status

from .conftest import FILES, Write, rows, tables, versions


def test_all_layouts_go_up_and_down(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A folder that mixes layouts is applied by number, recorded, and taken back without a trace."""
    migrations = write(FILES)
    report = migrate_up(migrations, scratch_database, environment="dev")
    assert report.done
    assert tables(look) == ['Odd "Schema.T;1', "body", "late", "two.t"]
    assert rows(look, "select text from body") == [("\n-- DOWN\n",)]
    assert rows(
        look, "select version, name, checksum_algorithm, environment, dirty from hdb_catalog.schema_migrations"
    ) == [
        (version, name, CHECKSUM_ALGORITHM, "dev", False)
        for version, name in ((3, "shop"), (7, "two"), (13, "body"), (20260203070900, "late"))
    ]
    assert {row.state.value for row in status(migrations, read_ledger(look))} == {"applied"}
    plan = plan_down(migrations, read_ledger(look), everything=True)
    assert execute(plan, scratch_database, accept=plan.hazards).done
    assert (tables(look), versions(look)) == ([], [])


def test_again_is_nothing(scratch_database: EphemeralDatabase, write: Write) -> None:
    """A second run has nothing to do and sends nothing."""
    migrations = write(FILES)
    migrate_up(migrations, scratch_database)
    assert migrate_up(migrations, scratch_database).results == ()


def test_a_failing_migration_leaves_nothing_behind(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """The failing file is undone as a whole, the ones before stay, the ones after are not begun; the line is named."""
    migrations = write(
        {
            "1_a.sql": "create table a ();",
            "2_b.sql": "-- UP\ncreate table b (id int primary key);\ninsert into b values (1);\n\ninsert into b\n"
            "values (1);\ncreate table c ();\n-- DOWN\ndrop table b;\n",
            "3_d.sql": "create table d ();",
        }
    )
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    error = caught.value
    assert isinstance(error, MigrationError)
    assert str(error.place).endswith("2_b.sql:5:1")
    for part in ("23505", "Key (id)=(1) already exists", "1 of 3", "the last is 1_a", "2_b is rolled back", "1 more"):
        assert part in str(error)
    assert (tables(look), versions(look)) == (["a"], [1])
    assert migrate_up(write({"2_b.sql": "create table b ();"}), scratch_database).done
    assert (tables(look), versions(look)) == (["a", "b", "d"], [1, 2, 3])


def test_a_deferred_violation_fails_its_migration(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """What would only show at the commit is part of the migration: nothing stays, and the file is named."""
    migrations = write({"1_a.sql": "create table t (a int unique initially deferred);\ninsert into t values (1), (1);"})
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    assert str(caught.value.place).endswith("1_a.sql")
    assert tables(look) == []


def test_no_migration_sees_what_another_did_to_the_session(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Role, search_path, settings and temporary tables end with the migration, and the ledger row is written as us."""
    migrations = write(
        {
            "1_a.sql": "select pg_catalog.set_config('search_path', '', false);"
            " set role pg_monitor; set work_mem = '1MB';"
            " create temporary table x (); reset role; set session authorization pg_monitor;",
            "2_b.sql": "create temporary table x ();\ncreate table b as select current_user::text as u,"
            " current_setting('work_mem') as w, current_setting('search_path') as s;",
        }
    )
    migrate_up(migrations, scratch_database)
    expected = rows(look, "select current_user::text, current_setting('work_mem'), current_setting('search_path')")
    assert rows(look, "select u, w, s from b") == expected


def test_outside_a_transaction(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`nself:no-transaction` runs its statements one by one; a failure says what is half-way."""
    migrations = write(
        {
            "1_a.sql": "create table t (a int);\ninsert into t values (1), (1);",
            "2_b.sql": "-- nself:no-transaction\ncreate index concurrently i on t (a);\n"
            "create unique index concurrently u on t (a);\n",
        }
    )
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    assert str(caught.value.place).endswith("2_b.sql:3:1")
    assert "2_b is half-way: run it again" in caught.value.cause
    assert {row.label: row.state.value for row in status(migrations, read_ledger(look))} == {
        "1_a": "applied",
        "2_b": "half-way",
    }


def test_hasuras_ledger_is_adopted(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A ledger of two columns keeps its rows, gets our columns, and its versions count as applied."""
    look.execute("create schema hdb_catalog")
    look.execute("create table hdb_catalog.schema_migrations (version bigint primary key, dirty boolean not null)")
    look.execute("insert into hdb_catalog.schema_migrations values (1, false)")
    migrations = write({"1_a.sql": "create table a ();", "2_b.sql": "create table b ();"})
    assert [row.state.value for row in status(migrations, read_ledger(look))] == ["applied", "pending"]
    assert migrate_up(migrations, scratch_database).done
    assert (tables(look), versions(look)) == (["b"], [1, 2])


def test_a_prepared_schema_does_not_matter(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A plan from the empty ledger works where hdb_catalog is there already."""
    look.execute("create schema hdb_catalog")
    assert execute(plan_up(write({"1_a.sql": "select 1;"}), EMPTY_LEDGER), scratch_database).done


def test_another_table(scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]) -> None:
    """The ledger can stand elsewhere, under a name that needs quotes."""
    migrate_up(write({"1_a.sql": "select 1;"}), scratch_database, table=LedgerTable("public", 'My "Ledger'))
    assert tables(look) == ['My "Ledger', 'My "Ledger_log']


def test_reading_the_ledger_leaves_the_transaction_alone(scratch_database: EphemeralDatabase) -> None:
    """Reading begins no transaction that stays, and ends none that was open."""
    with scratch_database.connect() as connection:
        assert not read_ledger(connection).exists
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        connection.execute("create table a ()")
        read_ledger(connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_every_failing_file_of_a_folder_stops_it(scratch_database: EphemeralDatabase, write: Write) -> None:
    """A folder with a stray file is not applied in part."""
    with pytest.raises(MigrationError, match="stray"):
        migrate_up(write({"1_a.sql": "select 1;", "stray.sql": "select 1;"}), scratch_database)


# The command line.


DUMP = """\\restrict k3y

SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public."Odd; Table" (a integer, "b;c" text);
COPY public."Odd; Table" (a, "b;c") FROM stdin;
1\tit's; -- not SQL
2\t\\N
\\.
-- between
COPY public."Odd; Table" ("b;c") FROM STDIN WITH (FORMAT csv, HEADER);
b
"quoted, and ""so on""\t"
\\.


CREATE INDEX i ON public."Odd; Table" (a);
\\unrestrict k3y
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_dump_is_a_migration(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any], line_end: str
) -> None:
    """Rows that a `copy … from stdin` brings along travel in the migration's transaction, whatever stands in them."""
    write({"1_dump.sql": DUMP.replace("\n", line_end)})
    migrations = write({"2_bad.sql": "create table b (a int);\ncopy b from stdin;\n1\nx\n\\.\n"})
    with pytest.raises(MigrationFailed) as caught:
        migrate_up(migrations, scratch_database)
    assert "22P02" in caught.value.cause
    assert str(caught.value.place).endswith("2_bad.sql:2:1")
    assert (tables(look), versions(look)) == (["Odd; Table"], [1])
    assert rows(look, 'select a, "b;c" from "Odd; Table" order by a nulls last') == [
        (1, "it's; -- not SQL"),
        (2, None),
        (None, 'quoted, and "so on"\t'),
    ]


def test_a_migration_waits_for_what_it_depends_on(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """`depends_on` puts a higher version first; a run that would leave it out is refused."""
    migrations = write(
        {
            "1_a.sql": "-- depends_on: 3_c\ncreate table a (id int references c);",
            "2_b.sql": "create table b ();",
            "3_c.sql": "create table c (id int primary key);",
        }
    )
    with pytest.raises(MigrationError, match="1_a depends on 3_c, which this run leaves out"):
        plan_up(migrations, EMPTY_LEDGER, to=2)
    assert migrate_up(migrations, scratch_database).done
    assert rows(look, "select version from hdb_catalog.schema_migrations order by applied_at") == [(2,), (3,), (1,)]


def test_an_irreversible_migration_says_why(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Declared irreversible, it is not taken back, and the reason is shown."""
    migrations = write({"1_a.sql": '-- nself:irreversible reason="the old rows are gone"\ncreate table a ();'})
    migrate_up(migrations, scratch_database)
    with pytest.raises(MigrationError, match="1_a is declared irreversible: the old rows are gone"):
        plan_down(migrations, read_ledger(look))


def test_timeouts_of_the_header(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """A file's own timeouts hold for its statements, in their direction alone; 0 is without limit."""
    shown = "create table {0} as select current_setting('lock_timeout') l, current_setting('statement_timeout') s;"
    migrations = write(
        {
            "1_a.sql": "-- nself:lock-timeout=7s\n-- nself:statement-timeout=0\n" + shown.format("a"),
            "2_b.sql": shown.format("b"),
        }
    )
    plan = plan_up(migrations, EMPTY_LEDGER, timeouts=Timeouts(5000, 300_000))
    assert execute(plan, scratch_database).done
    assert rows(look, "select l, s from a union all select l, s from b") == [("7s", "0"), ("5s", "5min")]


def test_somebody_elses_row_stops_the_migration(
    scratch_database: EphemeralDatabase, write: Write, look: psycopg.Connection[Any]
) -> None:
    """Each transaction reads the ledger again under its lock: what another tool recorded meanwhile is not run twice."""
    migrations = write({"1_a.sql": "create table a ();", "2_b.sql": "create table b ();"})

    def meanwhile(progress: Progress) -> None:
        if any("2_b" in step.title for step in progress.steps):
            look.execute("insert into hdb_catalog.schema_migrations (version, dirty) values (2, false)")

    plan = plan_up(migrations, EMPTY_LEDGER)
    with pytest.raises(Refused, match="2_b was applied, or taken back, by somebody else"), naming_migrations(plan):
        execute(plan, scratch_database, watch=meanwhile)
    assert (tables(look), versions(look)) == (["a"], [1, 2])
