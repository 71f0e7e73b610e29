"""A proof sees what a plan does: plans that are right hold, and every fault that is planted in one is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from pytest_nself.catalog.changes import plan_changes
from pytest_nself.catalog.compare import differences
from pytest_nself.catalog.fact import Catalog
from pytest_nself.catalog.read import introspect
from pytest_nself.catalog.renames import parse_renames
from pytest_nself.checks import prove as module
from pytest_nself.checks.prove import Proof, prove
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE, Sql
from pytest_nself.core.step import DATA_LOSS, Statement
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.server import Server

from .scratch import Scratch, read

ORDERS = ObjectRef("table", "public", "orders")
A = "create table orders (id integer primary key, total integer not null); create index orders_total on orders (total);"
B = """
    create table orders (id bigint primary key, total numeric not null, note text default 'none');
    create index orders_total on orders (total desc);
    create view totals as select sum(total) as total from orders;
"""
ROWS = "insert into orders (id, total) select n, n * 10 from generate_series(1, 5) as n;"

Pair = Callable[..., tuple[EphemeralDatabase, Catalog, Catalog]]


@pytest.fixture
def pair(nself_server: Server) -> Iterator[Pair]:
    """Make a database as the first scripts say, and read what it and one as the last script says hold."""
    scratch = Scratch(nself_server)
    made: list[EphemeralDatabase] = []

    def make(*scripts: str) -> tuple[EphemeralDatabase, Catalog, Catalog]:
        database = scratch.make(*scripts[:-1])
        made.append(database)
        with scratch.made(scripts[-1]) as other:
            return database, read(database), read(other)

    yield make
    for database in made:
        scratch.drop(database)
    scratch.close()


def values(database: EphemeralDatabase, query: str) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    with database.connect() as connection:
        return connection.execute(query.encode()).fetchall()


def test_a_plan_that_is_right_holds(pair: Pair) -> None:
    """There, back, there again: a database as the other one is left behind, with its rows, and both plans are told."""
    database, a, b = pair(A, ROWS, B)
    proof = prove(database, a, b)
    assert proof.holds
    assert proof.up.id == plan_changes(a, b).id
    assert proof.down is not None
    assert any("drop view" in step.title for step in proof.down.steps)
    assert (proof.reordered, dict(proof.lost or {})) == ((), {})
    assert differences(read(database), b) == ()
    assert values(database, "select id, total, note from orders where id = 3") == [(3, 30, "none")]


def test_nothing_to_do_is_an_empty_plan(pair: Pair) -> None:
    """Two databases that are alike."""
    database, a, b = pair(A, ROWS, A)
    assert prove(database, a, b) == Proof(Plan("Change the schema", ()), Plan("Change the schema", ()), (), (), {})


def test_columns_that_stand_elsewhere_are_told(pair: Pair) -> None:
    """No column can be put between others; the proof holds and names those that stand elsewhere."""
    database, a, b = pair(
        "create table orders (id integer, total integer)", "create table orders (id integer, note text, total integer)"
    )
    proof = prove(database, a, b)
    assert proof.holds
    assert {ref.part for ref in proof.reordered} == {"note", "total"}


def test_rows_that_are_lost_are_counted(pair: Pair) -> None:
    """A table that must be made anew says so as a hazard, and the proof says how many rows it cost."""
    database, a, b = pair(A, ROWS, "create table orders (id integer, total integer) partition by range (id)")
    proof = prove(database, a, b)
    assert DATA_LOSS in proof.up.hazards
    assert proof.lost == {ORDERS: 5}
    assert proof.holds


def test_a_way_that_is_not_known_is_refused(pair: Pair) -> None:
    """Then nothing has happened to the database."""
    database, a, b = pair(
        "create table t (kind integer) partition by list (kind)", "create table t (kind text) partition by list (kind)"
    )
    with pytest.raises(Refused, match=r"public\.t\.kind"):
        prove(database, a, b)
    assert differences(read(database), a) == ()


def test_a_way_back_that_is_not_known_is_a_problem(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way there is made, and the problem says why it cannot be taken back."""
    database, a, b = pair(A, ROWS, B)

    def one_way(there: Catalog, wanted: Catalog, **options: Any) -> Plan:
        if wanted is a:
            raise Refused("It cannot be undone.", "It was meant to stay.")
        return plan_changes(there, wanted, **options)

    monkeypatch.setattr(module, "plan_changes", one_way)
    proof = prove(database, a, b)
    assert proof.problems == ("There is no way back: It cannot be undone. It was meant to stay.",)
    assert proof.down is None
    assert differences(read(database), b) == ()


def test_rows_that_do_not_allow_it_fail_the_plan(pair: Pair) -> None:
    """The statement, the server's code and its words are told; the transaction leaves everything as it was."""
    database, a, b = pair(A, ROWS, f"{A} alter table orders add check (total > 20);")
    proof = prove(database, a, b)
    (problem,) = proof.problems
    assert problem.startswith("up fails: Failed to create constraint public.orders.orders_total_check.")
    assert "23514" in problem
    assert not proof.holds
    assert differences(read(database), a) == ()


def test_a_way_back_that_fails_is_told(pair: Pair) -> None:
    """Rows that are gone cannot be referred to: the way there says that it loses them, the way back fails."""
    child = "create table lines (id integer, order_id integer)"
    database, a, b = pair(
        f"{A} {child}; alter table lines add foreign key (order_id) references orders;",
        f"{ROWS} insert into lines values (1, 3)",
        child,
    )
    proof = prove(database, a, b)
    (problem,) = proof.problems
    assert problem.startswith("down fails: Failed to create constraint public.lines.lines_order_id_fkey.")
    assert "23503" in problem
    assert DATA_LOSS in proof.up.hazards
    assert proof.down is not None


# Faults, planted in the plan that the proof is about.


def planted(monkeypatch: pytest.MonkeyPatch, fault: Callable[[Plan], Plan]) -> None:
    """Every plan that is not empty has the fault."""

    def faulty(a: Catalog, b: Catalog, **options: Any) -> Plan:
        plan = plan_changes(a, b, **options)
        return fault(plan) if plan else plan

    monkeypatch.setattr(module, "plan_changes", faulty)


def test_a_step_that_is_missing_is_found(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still different after the plan is named, fact by fact."""
    database, a, b = pair(A, ROWS, B)

    def without_view(plan: Plan) -> Plan:
        return replace(plan, steps=tuple(step for step in plan.steps if "view" not in step.title))

    planted(monkeypatch, without_view)
    assert prove(database, a, b).problems[0].startswith("up does not arrive: + view public.totals; ")


def test_a_step_too_many_is_found(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the plan made and nobody wanted is named."""
    database, a, b = pair(A, ROWS, B)
    extra = Statement("one more", Sql("create table public.extra ()"))
    planted(monkeypatch, lambda plan: replace(plan, steps=(*plan.steps, extra)))
    (problem,) = prove(database, a, b).problems
    assert problem.startswith("up does not arrive: - ")
    assert "public.extra" in problem


def test_a_step_that_fails_is_found(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its title and the server's code."""
    database, a, b = pair(A, ROWS, B)
    wrong = Statement("go wrong", Sql("select 1/0"))
    planted(monkeypatch, lambda plan: replace(plan, steps=(*plan.steps, wrong)))
    (problem,) = prove(database, a, b).problems
    assert problem.startswith("up fails: Failed to go wrong.")
    assert "22012" in problem


def test_rows_that_vanish_unsaid_are_found(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that arrives but has lost rows without a hazard does not hold."""
    database, a, b = pair(A, ROWS, B)
    thief = Statement("tidy up", Sql("delete from public.orders where id > 3"))
    planted(monkeypatch, lambda plan: replace(plan, steps=(thief, *plan.steps)))
    proof = prove(database, a, b)
    assert "Rows are lost that the plan does not say it loses: public.orders (2)." in proof.problems
    assert proof.lost == {ORDERS: 2}


def test_rows_that_are_said_to_go_may_go(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with the hazard: told as lost, and no problem."""
    database, a, b = pair(A, ROWS, B)
    said = Statement("tidy up", Sql("delete from public.orders where id > 3"), hazards=frozenset({DATA_LOSS}))
    planted(monkeypatch, lambda plan: replace(plan, steps=(said, *plan.steps)))
    proof = prove(database, a, b)
    assert proof.holds
    assert proof.lost == {ORDERS: 2}


def test_a_second_plan_that_still_finds_something_is_told(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planner that is never content would run at every deploy."""
    database, a, b = pair(A, ROWS, B)
    again = Statement("once more", Sql("comment on table public.orders is null"))

    def restless(there: Catalog, wanted: Catalog, **options: Any) -> Plan:
        plan = plan_changes(there, wanted, **options)
        return replace(plan, steps=(*plan.steps, again))

    monkeypatch.setattr(module, "plan_changes", restless)
    assert "up arrives, and a second plan still finds something to do." in prove(database, a, b).problems


def test_faults_of_the_way_back_are_found(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way there is right; the way back leaves a view behind."""
    database, a, b = pair(A, ROWS, B)

    def careless(there: Catalog, wanted: Catalog, **options: Any) -> Plan:
        plan = plan_changes(there, wanted, **options)
        steps = (step for step in plan.steps if not step.title.startswith("drop index"))
        return plan if wanted is b else replace(plan, steps=tuple(steps))

    monkeypatch.setattr(module, "plan_changes", careless)
    (problem,) = prove(database, a, b).problems
    assert problem.startswith("down ")


def test_online_plans_are_proven_the_same_way(pair: Pair) -> None:
    """An index that is built concurrently arrives, with its rows, and goes back."""
    database, a, b = pair(A, ROWS, f"{A} create index orders_both on orders (total, id);")
    proof = prove(database, a, b, online=True)
    assert proof.holds
    (index,) = [step for step in proof.up.steps if "orders_both" in step.title]
    assert isinstance(index, Statement)
    assert index.sql.transaction is ALONE


def test_confirmed_renames_keep_the_rows(pair: Pair) -> None:
    """With the renames the rows stay, under their new names and back; without them the plan says what it loses."""
    wanted = "create table bookings (id integer primary key, amount integer not null);"
    database, a, b = pair(A.partition(";")[0], ROWS, wanted)
    assert DATA_LOSS in plan_changes(a, b).hazards
    proof = prove(database, a, b, renames=parse_renames(["orders=bookings"], a, b))
    assert DATA_LOSS in proof.up.hazards  # of the column, which nobody said was one renamed
    database, a, b = pair(A, ROWS, A.replace("total", "amount").replace("orders_amount", "orders_total"))
    proof = prove(database, a, b, renames=parse_renames(["orders.total=amount"], a, b))
    assert proof.holds
    assert DATA_LOSS not in proof.up.hazards
    assert values(database, "select amount from orders order by id") == [(10,), (20,), (30,), (40,), (50,)]


def test_a_database_that_is_not_as_said_is_found(pair: Pair) -> None:
    """A plan for another state than the database is in does not arrive, or fails."""
    database, a, b = pair(A, ROWS, B)
    with database.connect() as connection:
        connection.execute("create table left_over ()")
    (problem,) = prove(database, a, b).problems
    assert problem == "up does not arrive: - table public.left_over"


def test_the_connection_is_closed(pair: Pair) -> None:
    """A proof leaves no session behind, so that the database can be cloned or dropped."""
    database, a, b = pair(A, ROWS, B)
    prove(database, a, b)
    query = (
        "select count(*) from pg_catalog.pg_stat_activity "
        "where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()"
    )
    with database.connect(autocommit=True) as connection:
        for _ in range(100):
            if connection.execute(query).fetchone() == (0,):
                return
            connection.execute("select pg_catalog.pg_sleep(0.05)")
    raise AssertionError("a session is still there")


def test_a_database_that_cannot_be_reached_is_an_error(pair: Pair) -> None:
    """It is no problem of the plan: what the server said is raised."""
    database, a, b = pair(A, ROWS, B)
    gone = EphemeralDatabase(database.dsn.replace(dbname="no_such_database"), database.server_version)
    with pytest.raises(Exception, match="no_such_database") as raised:
        prove(gone, a, b)
    assert not isinstance(raised.value, psycopg.ProgrammingError | Refused)


def test_a_tests_own_transaction_can_be_read(nself_db: psycopg.Connection[Any]) -> None:
    """A catalog read over nself_db holds what the test has made, and no more once that is taken back."""
    nself_db.execute("create table only_here (id integer)")
    assert "only_here" in {entry.ref.name for entry in introspect(nself_db).of_kind("table")}
    nself_db.rollback()
    assert "only_here" not in {entry.ref.name for entry in introspect(nself_db).of_kind("table")}
