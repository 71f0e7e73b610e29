"""The asynchronous connection of a test inside a transaction that is never committed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pytest_nself.core.errors import IsolationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.emulation import AsyncRollbackConnection
from pytest_nself.database.rollback import RollbackSession

from .conftest import told


@pytest.fixture
def session(scratch_database: EphemeralDatabase) -> Iterator[RollbackSession]:
    with scratch_database.connect(autocommit=True, options="-c default_transaction_read_only=off") as connection:
        connection.execute("create table parent (id int primary key)")
        connection.execute("create table item (id int primary key, p int references parent initially deferred)")
    session = RollbackSession(scratch_database)
    yield session
    session.close()


async def ids(db: AsyncRollbackConnection) -> list[int]:
    return [row[0] for row in await (await db.execute("select id from item order by id")).fetchall()]


async def value(db: AsyncRollbackConnection, query: str) -> Any:
    row = await (await db.execute(query)).fetchone()
    assert row is not None
    return row[0]


def test_no_loop_is_bound(session: RollbackSession) -> None:
    """One connection object made outside any event loop works in one loop after the other, and the session without."""
    db = session.begin_async()

    async def insert(number: int) -> list[int]:
        async with asyncio.TaskGroup() as group:  # contended, so that the lock waits in this loop
            for offset in range(3):
                group.create_task(db.execute("insert into item values (%s)", [number + offset]))
        await db.commit()
        return await ids(db)

    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    assert asyncio.run(insert(1)) == [1, 2, 3]
    assert told(session) == (True, ())
    assert asyncio.run(insert(4)) == [1, 2, 3, 4, 5, 6]
    assert session.end()
    assert asyncio.run(ids(session.begin_async())) == []


def test_commit_rollback_and_blocks(session: RollbackSession) -> None:
    """commit(), rollback(), blocks, `async with conn` and close() act as on the synchronous connection."""

    async def work() -> list[list[int]]:
        db, seen = session.begin_async(), []
        await db.execute("insert into item values (1)")
        await db.commit()
        await db.execute("insert into item values (2)")
        await db.rollback()
        seen.append(await ids(db))
        await db.commit()
        async with db.transaction() as block:
            await db.execute("insert into item values (3)")
            with pytest.raises(psycopg.errors.UniqueViolation):
                async with db.transaction():
                    await db.execute("insert into item values (3)")
            with pytest.raises(psycopg.ProgrammingError, match="forbidden"):
                await db.commit()
        assert block.savepoint_name == ""
        await db.rollback()
        seen.append(await ids(db))
        async with db:
            await db.execute("insert into item values (4)")
        await db.execute("insert into item values (5)")
        await db.close()
        seen.append(await ids(db))
        await db.rollback()
        async with db.transaction(force_rollback=True):
            await db.execute("insert into item values (6)")
        async with db.transaction():
            await db.execute("insert into item values (7)")
            raise psycopg.Rollback
        seen.append(await ids(db))
        return seen

    assert asyncio.run(work()) == [[1], [1, 3], [1, 3, 4], [1, 3, 4]]


def test_deferred_constraints_and_settings(session: RollbackSession) -> None:
    """A deferred violation raises at commit(); SET LOCAL ends with it, whatever kind of cursor sent it."""

    async def work() -> None:
        db = session.begin_async()
        await db.execute("insert into item values (1, 99)")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            await db.commit()
        assert await ids(db) == []
        for factory in (psycopg.AsyncCursor, psycopg.AsyncClientCursor, psycopg.AsyncRawCursor):
            db.cursor_factory = factory
            await db.execute("set local work_mem = '6MB'")
            await db.execute("select set_config('app.x', '1', true)")
            await db.commit()
            assert await value(db, "show work_mem") == "4MB"
            assert await value(db, "select current_setting('app.x')") == ""
            await db.rollback()

    asyncio.run(work())


def test_pipeline_copy_and_server_cursors(session: RollbackSession) -> None:
    """Pipeline, COPY and server-side cursors work; a cursor that is not WITH HOLD ends with commit()."""

    async def work() -> None:
        db = session.begin_async()
        async with db.pipeline():
            await db.execute("insert into item values (1)")
            await db.commit()
            async with db.transaction():
                await db.execute("insert into item values (2)")
        async with db.cursor().copy("copy item (id) from stdin") as copy:
            await copy.write_row([3])
        cursor = db.cursor("named")
        await cursor.execute("select id from item order by id")
        assert await cursor.fetchall() == [(1,), (2,), (3,)]
        await db.commit()
        with pytest.raises(psycopg.errors.InvalidCursorName):
            await cursor.fetchone()
        await cursor.close()
        assert [row async for row in db.cursor().stream("select 1")] == [(1,)]

    asyncio.run(work())


def test_what_cannot_be_emulated_is_refused(session: RollbackSession) -> None:
    """The set_...() methods and two-phase commit raise our error; asking for no autocommit is none."""

    async def work() -> None:
        db = session.begin_async()
        for ask in (
            db.set_autocommit(True),
            db.set_isolation_level(psycopg.IsolationLevel.SERIALIZABLE),
            db.set_read_only(True),
            db.set_deferrable(True),
            db.tpc_begin("a"),
            db.tpc_recover(),
        ):
            with pytest.raises(IsolationError, match="nself_database"):
                await ask
        await db.set_autocommit(False)
        await db.set_isolation_level(psycopg.IsolationLevel.READ_COMMITTED)
        with pytest.raises(IsolationError, match="sent as text"):
            await db.execute("commit")

    asyncio.run(work())
    with pytest.raises(IsolationError):
        session.check()
    assert session.end()


def test_a_leaked_connection_is_closed(session: RollbackSession) -> None:
    """A task that goes on with a former test's connection gets an error."""
    leaked = session.begin_async()
    asyncio.run(leaked.execute("select 1"))  # type: ignore[arg-type]
    session.end()
    db = session.begin_async()
    assert leaked.closed
    with pytest.raises(psycopg.OperationalError, match="closed"):
        asyncio.run(leaked.execute("insert into item values (1)"))  # type: ignore[arg-type]
    assert asyncio.run(ids(db)) == []


def test_a_task_cancelled_in_the_middle_of_a_query(session: RollbackSession) -> None:
    """A query whose task was cancelled does not disturb the end of its test, nor the next one."""

    async def work() -> None:
        db = session.begin_async()
        await db.execute("insert into item values (1)")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(db.execute("select pg_sleep(30)"), 0.1)

    asyncio.run(work())
    assert session.end()
    assert asyncio.run(ids(session.begin_async())) == []


def test_a_loop_that_ended_in_the_middle_of_a_query(session: RollbackSession) -> None:
    """An event loop that was abandoned while a query ran costs the connection, and nothing else."""
    loop = asyncio.new_event_loop()
    db = session.begin_async()
    pid = session.backend_pid
    task = loop.create_task(db.execute("select pg_sleep(30)"))
    loop.run_until_complete(asyncio.sleep(0.1))
    assert session.end()
    assert session.begin().info.backend_pid != pid
    task.cancel()
    with pytest.raises((psycopg.Error, asyncio.CancelledError, OSError, ValueError)):
        loop.run_until_complete(task)
    loop.close()


def test_both_faces_share_one_transaction(session: RollbackSession) -> None:
    """A test that has both connections sees its rows through both, prepares on both, and commits on either."""
    db, adb = session.begin(), session.begin_async()
    db.prepare_threshold = 0
    db.execute("insert into item values (%s)", [1])
    db.commit()
    db.execute("set local work_mem = '6MB'")

    async def work() -> None:
        await adb.execute("insert into item values (%s)", [2])
        await adb.execute("insert into item values (%s)", [3], prepare=True)
        await adb.commit()

    asyncio.run(work())
    assert db.info.transaction_status.name == "IDLE"
    assert db.execute("show work_mem").fetchone() == ("4MB",)
    db.rollback()
    assert db.execute("select array_agg(id order by id) from item").fetchone() == ([1, 2, 3],)
    assert session.end()
