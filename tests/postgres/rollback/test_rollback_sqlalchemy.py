"""SQLAlchemy over the connection of a test inside a transaction that is never committed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.rollback import RollbackSession


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str | None] = mapped_column()


@pytest.fixture
def session(scratch_database: EphemeralDatabase) -> Iterator[RollbackSession]:
    session = RollbackSession(scratch_database)
    yield session
    session.close()


def test_an_engine_over_the_connection(session: RollbackSession) -> None:
    """With creator and StaticPool, commit(), rollback(), nested blocks and dispose() act as on a real database."""
    for _ in range(2):
        db = session.begin()
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda db=db: db, poolclass=StaticPool)
        Base.metadata.create_all(engine)
        with Session(engine) as orm:
            orm.add(Item(id=1, note="kept"))
            orm.commit()
            orm.add(Item(id=2))
            orm.flush()
            orm.rollback()
            with pytest.raises(sa.exc.IntegrityError), orm.begin_nested():
                orm.execute(sa.insert(Item).values(id=1))
            orm.add(Item(id=3))
            orm.commit()
            orm.add(Item(id=4))
        with Session(engine) as orm:
            assert orm.scalars(sa.select(Item.id).order_by(Item.id)).all() == [1, 3]
        with engine.begin() as connection:
            connection.execute(sa.text("set local work_mem = '6MB'"))
        with engine.connect() as connection:
            assert connection.scalar(sa.text("show work_mem")) == "4MB"
        engine.dispose()
        assert db.execute("select array_agg(id order by id) from item").fetchone() == ([1, 3],)
        assert session.check().wrote
        assert session.end()


def test_an_async_engine_over_the_connection(session: RollbackSession) -> None:
    """An async engine over the AsyncConnection commits and rolls back in the same way, in any event loop."""
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def work(number: int) -> list[int]:
        db = session.begin_async()

        async def creator() -> psycopg.AsyncConnection[tuple[object, ...]]:
            return db

        engine = create_async_engine("postgresql+psycopg://", async_creator=creator, poolclass=StaticPool)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as orm:
            orm.add(Item(id=number))
            await orm.commit()
            orm.add(Item(id=99))
            await orm.flush()
            await orm.rollback()
            found = (await orm.scalars(sa.select(Item.id))).all()
        await engine.dispose()
        return list(found)

    assert asyncio.run(work(1)) == [1]
    assert session.end()
    assert asyncio.run(work(2)) == [2]
