"""Checks solved by asking: what the pools hold is what the server accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Shape, Table
from pytest_nself.data.shape.reading import read_shape
from pytest_nself.data.solve.asking import Judge
from pytest_nself.data.solve.groups import base_columns
from pytest_nself.data.solve.slots import slots_of
from pytest_nself.data.solve.solution import Solution
from pytest_nself.data.solve.solving import solve
from pytest_nself.data.strategies.candidates import candidates_of
from pytest_nself.database.database import EphemeralDatabase

from .hard_schemas import HardSchema, hard_schema, hard_schemas

Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(scratch_database: EphemeralDatabase) -> Iterator[Connection]:
    """A connection to an empty database."""
    with scratch_database.connect() as connection:
        yield connection


def _solved(connection: Connection, shape: Shape, table: Table, **given: Any) -> Solution:
    candidates = {one.name: candidates_of(one, table) for one in table.columns if one.computed is None}
    return solve(connection, shape, table, candidates, **given)


def _table(connection: Connection, sql: str, name: str = "t") -> tuple[Shape, Table]:
    connection.execute(sql.encode())
    shape = read_shape(connection)
    return shape, shape.tables[ObjectRef("table", "public", name)]


def _values(solution: Solution, column: str) -> list[str | None]:
    pool = solution.pool_of(column)
    assert pool is not None
    return [one[pool.columns.index(column)] for one in pool.tuples]


@pytest.mark.parametrize("schema", hard_schemas(), ids=lambda one: one.name)
def test_every_check_of_the_hard_schemas_is_solved(schema: HardSchema, connection: Connection) -> None:
    """Each check has a pool, in which every value passes it; only columns that must be null are always null."""
    schema.load(connection)
    shape = read_shape(connection)
    left = []
    for table in shape.roots:
        solution = _solved(connection, shape, table)
        left += [(table.ref.name, one.columns, one.left_null) for one in solution.unsolved]
        judge = Judge(connection, table)
        for check in table.checks:
            columns = base_columns(table, check.expression, check.columns)
            pools = [pool for pool in solution.pools if set(columns) <= set(pool.columns)]
            if not pools:  # the parts of an `and` may stand in pools of their own
                assert all(solution.pool_of(column) for column in columns), check
            for pool in pools:
                said = judge.verdicts(pool.columns, pool.tuples, [f"({check.expression}) is not false"])
                assert set(said) == {"1"}, (table.ref, check)
    assert left == ([("poll", ("never",), True)] if schema.name == "either_or" else [])


def test_the_same_shape_gives_the_same_pools(connection: Connection) -> None:
    """Nothing depends on when, or how often, it is asked."""
    hard_schema("either_or").load(connection)
    shape = read_shape(connection)
    for table in shape.roots:
        assert _solved(connection, shape, table) == _solved(connection, shape, table)


def test_nothing_of_the_asking_stays(connection: Connection) -> None:
    """Settings are as before, the transaction goes on, and without one there is none afterwards."""
    shape, table = _table(connection, "create table t (a text check (a::integer > 3 and 10 / a::integer > 1))")
    connection.execute("set local statement_timeout = '17s'")
    solution = _solved(connection, shape, table)
    assert set(_values(solution, "a")) >= {"4", "5"}
    assert connection.execute("show statement_timeout").fetchone() == ("17s",)
    connection.commit()
    _solved(connection, shape, table)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_who_may_only_read_can_ask(connection: Connection) -> None:
    """An ordinary role in a read-only transaction finds the same; so does one that cannot catch errors in a block."""
    shape, table = _table(
        connection,
        "create table t (a text not null check (a::integer > 3 and 10 / a::integer > 1), b integer, check (b > 7))",
    )
    expected = _solved(connection, shape, table)
    connection.execute("create role solve_reader; grant select on t to solve_reader; set local role solve_reader")
    connection.execute("set transaction read only")
    assert _solved(connection, shape, table) == expected
    connection.execute("reset role")
    connection.rollback()
    shape, table = _table(connection, "create table t (a text not null check (a::integer > 3 and 10 / a::integer > 1))")
    connection.execute("drop extension plpgsql")
    assert _solved(connection, shape, table).pools == expected.pools[:1]


def test_null_is_the_last_resort(connection: Connection) -> None:
    """Columns that can all be filled are; one that cannot is null, and told."""
    shape, table = _table(
        connection, "create table t (a integer, b integer, c text check (c is null), check (a > 5 or b > 5))"
    )
    solution = _solved(connection, shape, table)
    assert None not in [*_values(solution, "a"), *_values(solution, "b")]
    assert _values(solution, "c") == [None]
    assert [(one.columns, one.constraint, one.left_null) for one in solution.unsolved] == [(("c",), "t_c_check", True)]


def test_each_way_of_an_either_or_is_there(connection: Connection) -> None:
    """Exactly one of three: each of them is filled in some rows, and no row has more nulls than it must."""
    shape, table = _table(
        connection, "create table t (a integer, b integer, c integer, d integer, check (num_nonnulls(a, b, c) = 1))"
    )
    pool = _solved(connection, shape, table).pools[0]
    assert {one.index(value) for one in pool.tuples for value in one if value is not None} == {0, 1, 2}


def test_each_label_is_there(connection: Connection) -> None:
    """A state that goes with null elsewhere is not left out for the sake of filled columns."""
    shape, table = _table(
        connection,
        "create table t (state text not null check (state in ('open', 'done', 'lost')), done_at date,"
        " check ((state = 'done') = (done_at is not null)))",
    )
    assert set(_values(_solved(connection, shape, table), "state")) == {"open", "done", "lost"}


def test_there_is_room_for_a_unique_column(connection: Connection) -> None:
    """Several hundred distinct values, where the check leaves room for so many."""
    shape, table = _table(
        connection,
        "create table t (id integer primary key check (id > 1000), code text unique check (code ~ '^[A-Z]{2}-\\d{3}$'),"
        " day date check (day > '2030-01-01'), price numeric(8, 2) check (price between 1 and 10))",
    )
    solution = _solved(connection, shape, table, wanted=300)
    for name in ("id", "code", "day", "price"):
        assert len(set(_values(solution, name))) == 300, name


def test_fixed_candidates_are_all_that_is_tried(connection: Connection) -> None:
    """Keys of rows that are there are not made up."""
    shape, table = _table(connection, "create table t (a integer not null, b integer not null, check (a < b))")
    candidates: dict[str, Sequence[str | None]] = {"a": ["3", "8"], "b": ["5", "9"]}
    pool = solve(connection, shape, table, candidates, fixed=("a", "b")).pools[0]
    assert set(pool.tuples) == {("3", "5"), ("3", "9"), ("8", "9")}


def test_what_cannot_be_is_told(connection: Connection) -> None:
    """A check that nothing passes names its columns; there is no pool."""
    shape, table = _table(connection, "create table t (a integer not null, constraint never check (a < 3 and a > 7))")
    solution = _solved(connection, shape, table)
    assert solution.pools == ()
    assert [(one.columns, one.constraint, one.left_null) for one in solution.unsolved] == [(("a",), "never", False)]
    assert solution.acceptance["never"] < 1


def test_every_partition_gets_values(connection: Connection) -> None:
    """By range, list and default, with checks of their own; by hash only where some remainders are missing."""
    hard_schema("partitions").load(connection)
    shape = read_shape(connection)
    for table in shape.roots:
        if table.partition_key is None or table.ref.name == "session":
            continue
        solution = _solved(connection, shape, table)
        for leaf in shape.leaves(table):
            if leaf.partition_constraint is None or "satisfies_hash" in leaf.partition_constraint:
                continue
            columns = base_columns(table, leaf.partition_constraint)
            pool = next(one for one in solution.pools if set(columns) <= set(one.columns))
            conditions = [leaf.partition_constraint, *(f"({one.expression}) is not false" for one in leaf.checks)]
            said = Judge(connection, table).verdicts(pool.columns, pool.tuples, conditions)
            assert any(one is not None and "0" not in one for one in said), leaf.ref
    session = next(one for one in shape.roots if one.ref.name == "session")
    assert _solved(connection, shape, session).pools == ()


def test_generated_columns_that_cannot_always_be_computed(connection: Connection) -> None:
    """What they are computed from is solved for, although no check speaks of it."""
    shape, table = _table(
        connection,
        "create table t (year integer not null, month integer not null, day date generated always as"
        " (make_date(year, month, 1)) stored, note text, long text generated always as (note || '!') stored)",
    )
    solution = _solved(connection, shape, table)
    assert [pool.columns for pool in solution.pools] == [("year", "month")]
    assert set(_values(solution, "month")) <= {str(one) for one in range(1, 13)}


_OTHERS = {"tariff": {"price": "1"}, "booking": {"room_id": "1", "guests": "2"}, "shift": {"worker": "1"}}


@pytest.mark.parametrize("name", ["booking", "shift", "tariff", "stay", "parcel", "plot", "address", "numbers_given"])
def test_slots_exclude_nothing(name: str, connection: Connection) -> None:
    """A hundred rows that agree in all else stand in the table together, and more would."""
    hard_schema("exclusions").load(connection)
    connection.execute("insert into room values (1, 'A100')")
    shape = read_shape(connection)
    table = shape.tables[ObjectRef("table", "public", name)]
    solution = _solved(connection, shape, table)
    slots = slots_of(connection, shape, table, table.exclusions[0], solution)
    assert slots is not None
    assert slots.room > 100
    others = _OTHERS.get(name, {}) | ({"product": "gas"} if name == "tariff" else {})
    for row in range(100):
        values = dict(zip(slots.columns, slots.at(row), strict=True)) | others
        if table.primary is not None and name != "booking":
            values["id"] = str(row)
        names = ", ".join(f'"{one}"' for one in values)
        query = f"insert into {name} ({names}) values ({', '.join(['%s'] * len(values))})"
        connection.execute(query.encode(), list(values.values()))
