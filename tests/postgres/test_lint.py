"""Hazards, measured: each example for real, what is exempt, and where a hazard is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from pytest_nself.checks.hazard import Hazard
from pytest_nself.checks.hazard_findings import find_hazards
from pytest_nself.checks.hazards import hazards
from pytest_nself.checks.lint import unsendable
from pytest_nself.checks.observing import run_observed
from pytest_nself.checks.rehearsed import Rehearsed
from pytest_nself.checks.target import Size
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.planning.planner import plan_up
from pytest_nself.migrations.planning.standing import read_standing
from pytest_nself.migrations.planning.walk import Timeouts

LEDGER = (("hdb_catalog", "schema_migrations"), ("hdb_catalog", "schema_migrations_log"))

Observe = Callable[..., tuple[Rehearsed, ...]]


@pytest.fixture
def observe(scratch_database: EphemeralDatabase, tmp_path: Path) -> Observe:
    """Run migrations in a database that is made by `given`, and look at each statement."""

    def run(given: str, *texts: str, each_anew: bool = False) -> tuple[Rehearsed, ...]:
        for number, text in enumerate(texts, 1):
            (tmp_path / f"{number}_m.sql").write_text(text, encoding="utf-8")
        migrations = read_migrations(tmp_path)
        with closing(scratch_database.connect(autocommit=True, prepare_threshold=None)) as connection:
            connection.execute(given.encode())
            plan = plan_up(migrations, read_standing(connection, migrations), timeouts=Timeouts(5000, 60000))
            return run_observed(connection, plan, LEDGER, each_anew=each_anew)[0]

    return run


def found(done: tuple[Rehearsed, ...], sizes: Mapping[tuple[str, str], Size] | None = None) -> Findings:
    return find_hazards(done, sizes or {})


def told(findings: Findings) -> list[tuple[str, str, int | None]]:
    """Rule, subject and line of each."""
    return [(one.rule, str(one.subject), one.place.line if one.place else None) for one in findings]


EXAMPLES = pytest.mark.parametrize("hazard", hazards(), ids=lambda hazard: hazard.id)
UNSENDABLE = ("concurrently-in-transaction", "nested-transaction")


@EXAMPLES
def test_the_bad_example(hazard: Hazard, observe: Observe, tmp_path: Path) -> None:
    """It goes through, or cannot be sent at all; the hazard is found, and says what it is about and what to do."""
    if hazard.id in UNSENDABLE:
        (tmp_path / "1_m.sql").write_text(hazard.bad, encoding="utf-8")
        wrong = unsendable(read_migrations(tmp_path).named(1))
        assert wrong is not None
        done: tuple[Rehearsed, ...] = (wrong,)
    else:
        done = observe(hazard.given, hazard.bad)
    assert [one.failure for one in done] == [None]
    mine = [one for one in found(done) if one.rule == hazard.id]
    assert len(mine) == 1
    (one,) = mine
    assert one.message.endswith(".")
    assert one.remedy
    assert "{" not in one.message + one.remedy
    assert one.place is not None
    assert one.place.path.endswith("1_m.sql")


@EXAMPLES
def test_the_good_example(hazard: Hazard, observe: Observe) -> None:
    """It goes through, and holds neither the hazard nor another that blocks a table."""
    done = observe(hazard.given, *hazard.good)
    assert [one.failure for one in done] == [None] * len(hazard.good)
    rules = {one.rule for one in found(done)}
    blocking = {other.id for other in hazards() if other.blocks}
    assert not rules & {hazard.id, *blocking}


ORDERS = "create table orders (id int primary key, customer int, code varchar(10), note text not null);"


def test_each_statement_has_its_own(observe: Observe) -> None:
    """Locks, scans, rewrites, indexes and the line, of each statement; what an earlier one holds says since where."""
    text = (
        "alter table orders alter column customer set not null;\n"
        "alter table orders\n  alter column customer type bigint;\n"
        "create index orders_code on orders (code);\n"
        "set lock_timeout = 100; select 1;\n"
        "create table made (id int);\nalter table made alter column id type bigint;\n"
        "insert into made values (1); insert into made values (2);\n"
    )
    (one,) = observe(ORDERS, text)
    orders = ("public", "orders")
    seen = {line: item for item in one.observed if item.place and (line := item.place.line)}
    assert list(seen) == [1, 2, 4, 5, 6, 7, 8]
    assert [str(lock) for lock in seen[1].locks] == ["ACCESS EXCLUSIVE on public.orders"]
    assert (seen[1].scanned(orders), seen[1].rewrites) == (True, ())
    held = seen[2].lock_on(orders)
    assert held is not None
    assert held.since is not None
    assert (held.mode, held.since.line) == ("ACCESS EXCLUSIVE", 1)
    assert seen[2].rewrites == (orders,)
    assert [index.name[1] for index in seen[4].built] == ["orders_code"]
    assert [seen[line].lock_timeout_ms for line in (1, 5)] == [5000, 100]
    assert all((seen[line].locks, seen[line].rewrites) == ((), ()) for line in (6, 7, 8))
    assert seen[8].text.count("insert") == 2


def test_what_is_exempt(observe: Observe) -> None:
    """Tables that the run makes itself, in whichever of its migrations; with each looked at anew only a file's own."""
    made = "create table made (id int, code text); create index on made (code); alter table made add unique (id);"
    later = "alter table made alter column id type bigint; alter table made drop column code; drop table made;"
    assert told(found(observe(ORDERS, made, later))) == []


def test_what_was_made_long_ago(observe: Observe) -> None:
    """Looked at anew, a migration that touches what an earlier one made is told."""
    made = "create table made (id int, code text); create index on made (code);"
    later = "alter table made alter column id type bigint;\nalter table made drop column code;"
    assert told(found(observe(ORDERS, made, later, each_anew=True))) == [
        ("type-change", "public.made.id", 1),
        ("drop-column", "public.made.code", 2),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "alter table orders alter column code type varchar(20);",
        "alter table orders alter column code type text;",
        "alter table orders add column seen timestamptz not null default now();",
        "alter table orders add column other int references others;",
        "create table new_orders (customer int references others);",
        "create unique index concurrently orders_code on orders (code);\n"
        "alter table orders add unique using index orders_code;",
        "comment on table orders is 'x';\ncreate function f() returns int language sql return 1;",
        "create type state as enum ('a'); alter type state add value 'b'; create table s (s state default 'a');",
        "insert into orders values (1, 2, 'a', 'b');\nupdate orders set code = 'b';\ndelete from orders where id = 1;",
        "create or replace view v as select id from orders; drop view v;",
        "do $$ begin perform 1; end $$;",
    ],
)
def test_what_is_no_hazard(observe: Observe, text: str) -> None:
    """What the documentation of other tools warns of, and PostgreSQL does in a moment."""
    (one,) = observe(f"{ORDERS} create table others (id int primary key);", text)
    assert one.failure is None
    assert told(found((one,))) == []


def test_a_rule_sees_into_bodies(observe: Observe) -> None:
    """A `do` block and a function that is called are seen by what they do."""
    text = (
        "do $$ begin execute 'alter table orders drop column note'; end $$;\n"
        "create function f() returns void language sql as 'alter table orders alter column id type bigint';\n"
        "select f();\n"
    )
    assert told(found(observe(ORDERS, text))) == [
        ("drop-column", "public.orders.note", 1),
        ("type-change", "public.orders.id", 3),
    ]


def test_partitions_are_told_once(observe: Observe) -> None:
    """What is done to a partitioned table is told of that, though each partition is locked, read and written anew."""
    given = (
        "create table events (at date not null, id int, body text) partition by range (at);"
        " create table events_1 partition of events for values from ('2026-01-01') to ('2027-01-01');"
        " create table events_2 partition of events default;"
    )
    text = (
        "alter table events alter column id type bigint;\n"
        "create index events_id on events (id);\n"
        "alter table events alter column body set not null;\n"
        "alter table events add constraint c check (id > 0);\n"
        "truncate events;\n"
        "drop table events;\n"
    )
    assert told(found(observe(given, text))) == [
        ("type-change", "public.events.id", 1),
        ("create-index", "public.events_id", 2),
        ("set-not-null", "public.events.body", 3),
        ("check-constraint", "public.events.c", 4),
        ("truncate", "public.events_1", 5),
        ("truncate", "public.events_2", 5),
        ("drop-table", "public.events", 6),
    ]


def test_a_change_of_type_tells_nothing_of_what_is_made_again(observe: Observe) -> None:
    """Indexes and constraints of the column come again: neither their going nor their coming is told."""
    given = (
        "create table others (id int primary key);"
        " create table orders (id int primary key, other int unique references others check (other > 0));"
    )
    (one,) = observe(given, "alter table orders alter column other type bigint;")
    assert told(found((one,))) == [("type-change", "public.orders.other", 1)]


def test_the_tables_size_counts(observe: Observe) -> None:
    """The message says it, and the severity goes by it."""
    done = observe(ORDERS, "create index orders_code on orders (code);\nalter table orders drop column note;")
    orders = ("public", "orders")
    for size, severities in (
        (Size(2_000_000, 300_000_000), [Severity.ERROR, Severity.ERROR]),
        (Size(20, 8192), [Severity.WARNING, Severity.ERROR]),
        (Size(0, 0), [Severity.INFO, Severity.INFO]),
    ):
        assert [one.severity for one in found(done, {orders: size})] == severities
    first = found(done, {orders: Size(2_000_000, 300_000_000)})[0]
    assert "public.orders (about 2,000,000 rows, 286 MB)" in first.message
    assert first.remedy.endswith("CREATE INDEX CONCURRENTLY orders_code ON public.orders USING btree (code)")
    assert first.evidence["seen"] == "measured"
    assert first.evidence["lock"] == "SHARE on public.orders"


def test_a_swap_is_no_rename(observe: Observe) -> None:
    """A table or type whose name somebody else has in the end breaks nobody who says it."""
    given = "create table t (id int, note text); create type mood as enum ('a');"
    text = (
        "alter table t rename to t_before;\ncreate table t (id bigint, note text);\n"
        "alter type mood rename to mood_before;\ncreate type mood as enum ('a', 'b');\n"
    )
    assert told(found(observe(given, text))) == []


def test_a_failure_is_told_with_its_line(observe: Observe) -> None:
    """One that no hazard explains has a rule of its own; one that a hazard explains has that."""
    done = observe(ORDERS, "select 1;\nalter table orders drop column missing;")
    assert told(found(done)) == [("migration-fails", "1_m", 2)]


def test_an_enum_value_that_nobody_saw(observe: Observe) -> None:
    """A value whose use is put together from parts fails, as it would with any tool."""
    text = "alter type mood add value 'ok';\ndo $$ begin execute format('select %L::mood', 'o' || 'k'); end $$;"
    done = observe("create type mood as enum ('a');", text)
    assert told(found(done)) == [("enum-value-in-use", "1_m", 2)]


def test_concurrently_inside_of_a_body(observe: Observe) -> None:
    """A `do` block is a transaction, too."""
    done = observe(ORDERS, "do $$ begin execute 'create index concurrently i on orders (id)'; end $$;")
    assert told(found(done)) == [("concurrently-in-transaction", "1_m", 1)]


@pytest.mark.parametrize(
    ("old", "new", "narrows"),
    [
        ("int", "bigint", False),
        ("bigint", "int", True),
        ("int", "text", False),
        ("int", "numeric", False),
        ("int", "numeric(5, 2)", True),
        ("numeric(10, 2)", "numeric(12, 2)", False),
        ("numeric(10, 2)", "numeric(12, 4)", False),
        ("numeric(10, 2)", "numeric(12, 5)", True),
        ("numeric(10, 2)", "numeric(10, 1)", True),
        ("numeric", "float8", True),
        ("float4", "float8", False),
        ("varchar(10)", "varchar(20)", False),
        ("varchar(20)", "varchar(10)", True),
        ("varchar", "varchar(20)", True),
        ("varchar(20)", "varchar", False),
        ("text", "varchar", False),
        ("text", "varchar(20)", True),
        ("char(5)", "text", False),
        ("date", "timestamp", False),
        ("timestamp", "date", True),
        ("json", "jsonb", False),
        ("int[]", "bigint[]", False),
        ("bigint[]", "int[]", True),
        ("text", "uuid", True),
        ("uuid", "text", False),
        ("timestamptz(6)", "timestamptz(0)", True),
    ],
)
def test_what_narrows(observe: Observe, old: str, new: str, narrows: bool) -> None:
    """A new type narrows where a value of the old one may be none of it, or another one."""
    done = observe(f"create table t (c {old})", f"alter table t alter column c type {new} using c::{new};")
    assert [one.failure for one in done] == [None]
    assert ("narrowing-type" in {one.rule for one in found(done)}) is narrows


def test_a_server_that_does_not_count(observe: Observe) -> None:
    """Without statistics the schema is looked at as a whole; only scans cannot be seen."""
    text = "set track_counts = off;\nalter table orders drop column note;\ndrop table others;"
    assert told(found(observe(f"{ORDERS} create table others ()", text))) == [
        ("drop-column", "public.orders.note", 2),
        ("drop-table", "public.others", 3),
    ]


def test_savepoints_and_isolation(observe: Observe) -> None:
    """After a rollback to a savepoint all is as before; what an exception took back never was."""
    text = (
        "begin isolation level serializable;\nsavepoint s;\n"
        "alter table orders drop column note;\nrollback to s;\nalter table orders drop column note;\n"
        "do $$ begin drop table orders; raise 'no'; exception when others then null; end $$;\n"
        "alter table orders add column state text default current_setting('transaction_isolation');\ncommit;"
    )
    (one,) = observe(ORDERS, text)
    assert one.failure is None
    (column,) = [row for seen in one.observed for row in seen.changes.added if getattr(row, "name", "") == "state"]
    assert "transaction_isolation" in (getattr(column, "default", None) or "")
    dropped = [("drop-column", "public.orders.note", line) for line in (3, 5)]
    assert told(found((one,))) == dropped


def test_many_rows_are_one(observe: Observe) -> None:
    """A thousand inserts are looked at once, rows to copy, too."""
    text = "create table made (id int);\n" + "insert into made values (1);\n" * 1000 + "copy made from stdin;\n1\n\\.\n"
    (one,) = observe(ORDERS, text)
    assert [seen.words[0] for seen in one.observed] == ["create", "insert", "copy"]
    assert one.statements == 1002


def test_a_name_that_changes_hands(observe: Observe) -> None:
    """What is done to a new table under an old one's name is known of the new one, and stays so."""
    first = "alter table t rename to t_before;\ncreate table t (id int);\nalter table t add column note text;"
    second = "alter table t drop column note;\nalter table t_before drop column id;"
    assert told(found(observe("create table t (id int, n int)", first, second, each_anew=True))) == [
        ("drop-column", "public.t.note", 1),
        ("drop-column", "public.t_before.id", 2),
    ]


def test_what_others_inherit(observe: Observe) -> None:
    """A change of a table that others inherit from is known of those, too."""
    given = "create table parent (id int, note text); create table child (more int) inherits (parent);"
    first = "alter table parent add column extra int;\nalter table parent alter column extra set not null;"
    second = "alter table child no inherit parent;\nalter table child alter column extra drop not null;"
    rules = [(rule, subject) for rule, subject, _ in told(found(observe(given, first, second, each_anew=True)))]
    assert ("set-not-null", "public.parent.extra") in rules
    assert ("drop-not-null", "public.child.extra") in rules
