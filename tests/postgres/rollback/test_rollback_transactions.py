"""commit(), rollback(), blocks and deferred constraints in a transaction that is never committed."""

# ruff: noqa: PT012 - what the end of a with-block does is the claim of many tests here

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import pq

from pytest_nself.core.errors import IsolationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.emulation import RollbackConnection
from pytest_nself.database.rollback import RollbackSession

from .conftest import ids


def test_rollback_goes_back_to_the_last_commit(db: RollbackConnection) -> None:
    """rollback() takes back what came after the last commit(), and only that."""
    db.execute("insert into item values (1)")
    db.commit()
    db.execute("insert into item values (2)")
    db.rollback()
    db.rollback()
    assert ids(db) == [1]


def test_an_error_then_rollback_then_on(db: RollbackConnection) -> None:
    """After an IntegrityError the connection refuses statements until rollback(), and then goes on."""
    db.execute("insert into item values (1)")
    db.commit()
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("insert into item values (1)")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        db.execute("select 1")
    db.rollback()
    db.execute("insert into item values (2)")
    db.commit()
    assert ids(db) == [1, 2]


def test_commit_in_an_aborted_transaction_rolls_back(db: RollbackConnection) -> None:
    """commit() after an error rolls back without an error, as PostgreSQL does."""
    db.execute("insert into item values (1)")
    with pytest.raises(psycopg.Error):
        db.execute("select nonsense")
    db.commit()
    assert ids(db) == []


def test_with_connection_commits_and_stays_open(db: RollbackConnection) -> None:
    """`with conn` commits, or rolls back after an error, and the connection can be used again."""
    with db:
        db.execute("insert into item values (1)")
    with pytest.raises(ZeroDivisionError), db:
        db.execute("insert into item values (2)")
        raise ZeroDivisionError
    assert not db.closed
    assert ids(db) == [1]


def test_close_rolls_back_and_stays_usable(db: RollbackConnection) -> None:
    """close() takes back what was not committed; code that opens and closes per call goes on working."""
    db.execute("insert into item values (1)")
    db.commit()
    db.execute("insert into item values (2)")
    db.close()
    db.close()
    assert ids(db) == [1]


def test_status_is_that_of_the_emulated_transaction(db: RollbackConnection) -> None:
    """conn.info tells IDLE after commit and rollback, INTRANS in between, INERROR after an error."""
    seen = [db.info.transaction_status]
    db.execute("select 1")
    seen.append(db.info.transaction_status)
    db.commit()
    seen.append(db.info.transaction_status)
    with pytest.raises(psycopg.Error):
        db.execute("nonsense")
    seen.append(db.info.transaction_status)
    db.rollback()
    seen.append(db.info.transaction_status)
    assert [status.name for status in seen] == ["IDLE", "INTRANS", "IDLE", "INERROR", "IDLE"]
    assert db.info.dbname == db.pgconn.db.decode()


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda db: setattr(db, "autocommit", True), id="autocommit"),
        pytest.param(lambda db: db.set_autocommit(True), id="set_autocommit"),
        pytest.param(
            lambda db: setattr(db, "isolation_level", psycopg.IsolationLevel.SERIALIZABLE), id="isolation_level"
        ),
        pytest.param(
            lambda db: db.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ), id="set_isolation_level"
        ),
        pytest.param(lambda db: setattr(db, "read_only", True), id="read_only"),
        pytest.param(lambda db: db.set_read_only(True), id="set_read_only"),
        pytest.param(lambda db: setattr(db, "deferrable", True), id="deferrable"),
        pytest.param(lambda db: db.set_deferrable(True), id="set_deferrable"),
        pytest.param(lambda db: db.xid(1, "a", "b"), id="xid"),
        pytest.param(lambda db: db.tpc_begin("a"), id="tpc_begin"),
        pytest.param(lambda db: db.tpc_prepare(), id="tpc_prepare"),
        pytest.param(lambda db: db.tpc_commit("a"), id="tpc_commit"),
        pytest.param(lambda db: db.tpc_rollback("a"), id="tpc_rollback"),
        pytest.param(lambda db: db.tpc_recover(), id="tpc_recover"),
    ],
)
def test_what_cannot_be_emulated_is_refused(session: RollbackSession, ask: Any) -> None:
    """Autocommit, isolation, read-only, deferrable and two-phase requests raise an error that names the way out."""
    db = session.begin()
    with pytest.raises(IsolationError, match="nself_database") as refused:
        ask(db)
    assert "nself_rollback(False)" in refused.value.remedy
    db.execute("insert into item values (1)")
    assert ids(db) == [1]
    assert session.end()


def test_requests_that_change_nothing_are_accepted(db: RollbackConnection) -> None:
    """Asking for what the transaction is anyway (no autocommit, read committed, read-write) is no error."""
    db.autocommit = False
    db.isolation_level = None
    db.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    db.read_only = False
    db.deferrable = None
    assert db.isolation_level is psycopg.IsolationLevel.READ_COMMITTED
    assert db.autocommit is False


def test_outermost_block_commits(db: RollbackConnection) -> None:
    """Leaving an outermost block is a commit: a later rollback() does not take it back."""
    with db.transaction() as block:
        assert block.savepoint_name == ""
        assert db.info.transaction_status == pq.TransactionStatus.INTRANS
        db.execute("insert into item values (1)")
    assert db.info.transaction_status == pq.TransactionStatus.IDLE
    db.rollback()
    assert ids(db) == [1]


def test_block_after_a_statement_is_inner(db: RollbackConnection) -> None:
    """A block entered after a statement is a savepoint of that transaction: rollback() takes it back."""
    db.execute("select 1")
    with db.transaction():
        db.execute("insert into item values (1)")
    db.rollback()
    assert ids(db) == []


def test_exceptions_in_blocks(db: RollbackConnection) -> None:
    """An exception rolls back its block only; Rollback ends the block it names, silently."""
    with db.transaction() as outer:
        db.execute("insert into item values (1)")
        with pytest.raises(psycopg.errors.UniqueViolation), db.transaction():
            db.execute("insert into item values (2)")
            db.execute("insert into item values (1)")
        with db.transaction():
            db.execute("insert into item values (3)")
            raise psycopg.Rollback
    assert ids(db) == [1]
    db.commit()
    with db.transaction() as outer, db.transaction():
        db.execute("insert into item values (4)")
        raise psycopg.Rollback(outer)
    with pytest.raises(ZeroDivisionError), db.transaction() as outer:
        db.execute("insert into item values (5)")
        raise ZeroDivisionError
    assert outer.status == outer.Status.ROLLED_BACK_WITH_ERROR
    assert ids(db) == [1]


def test_force_rollback(db: RollbackConnection) -> None:
    """force_rollback takes the block back without an error, outermost and inner."""
    with db.transaction(force_rollback=True):
        db.execute("insert into item values (1)")
    assert ids(db) == []
    with db.transaction(force_rollback=True) as block:
        db.execute("insert into item values (2)")
    assert ids(db) == []
    assert block.status == block.Status.ROLLED_BACK_EXPLICITLY


def test_named_outermost_block(db: RollbackConnection) -> None:
    """A named outermost block makes that savepoint, which the code may go back to by name, and commits at its end."""
    with db.transaction("mine") as block:
        db.execute("insert into item values (1)")
        db.execute("rollback to savepoint mine")
        db.execute("insert into item values (2)")
    assert block.savepoint_name == "mine"
    db.rollback()
    assert ids(db) == [2]


def test_commit_inside_a_block_is_forbidden(db: RollbackConnection) -> None:
    """commit() and rollback() inside a block raise psycopg's ProgrammingError, as on a real connection."""
    with db.transaction():
        db.execute("insert into item values (1)")
        with pytest.raises(psycopg.ProgrammingError, match=r"commit\(\) forbidden"):
            db.commit()
        with pytest.raises(psycopg.ProgrammingError, match=r"rollback\(\) forbidden"):
            db.rollback()
    assert ids(db) == [1]


def test_an_empty_block(session: RollbackSession) -> None:
    """A block in which nothing is executed is harmless as a test's first act."""
    db = session.begin()
    with db.transaction():
        pass
    with db.transaction(force_rollback=True):
        pass
    assert ids(db) == []
    assert session.end()


def test_savepoints_as_text(db: RollbackConnection) -> None:
    """Savepoints sent as text work, also across an error."""
    db.execute("insert into item values (1)")
    db.execute("savepoint mine")
    with pytest.raises(psycopg.Error):
        db.execute("insert into item values (1)")
    db.execute("rollback to savepoint mine")
    db.execute("release savepoint mine")
    db.commit()
    assert ids(db) == [1]


def test_commit_checks_deferred_constraints(db: RollbackConnection) -> None:
    """A violated deferred foreign key raises at commit(), which rolls back to the last commit as a real one does."""
    db.execute("insert into parent values (1)")
    db.commit()
    db.execute("insert into child values (1, 99)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        db.commit()
    assert db.info.transaction_status == pq.TransactionStatus.IDLE
    assert ids(db, "child") == []
    assert ids(db, "parent") == [1]


def test_block_checks_deferred_constraints(db: RollbackConnection) -> None:
    """A violated deferred foreign key raises when the outermost block ends."""
    with pytest.raises(psycopg.errors.ForeignKeyViolation), db.transaction():
        db.execute("insert into child values (1, 99)")
    assert ids(db, "child") == []


def test_constraint_modes_after_a_commit(db: RollbackConnection) -> None:
    """After commit() and rollback() each constraint is deferred or immediate as declared, whatever was set before."""
    for finish in (db.commit, db.rollback, db.commit):
        db.execute("set constraints child_parent immediate; set constraints child_other deferred")
        finish()
        db.execute("delete from child; delete from parent")
        db.execute("insert into child (id, parent_id) values (1, 5)")  # deferred: may come before its parent
        db.execute("insert into parent values (5)")
        db.commit()
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            db.execute("insert into child (id, other_id) values (2, 77)")
        db.rollback()


def test_a_deferred_trigger_acts_at_commit(db: RollbackConnection) -> None:
    """What a deferred constraint trigger writes at commit is there afterwards, once."""
    db.execute(
        """
        create function record() returns trigger language plpgsql as
        $$ begin insert into item values (new.id + 100); return null; end $$;
        create constraint trigger late after insert on parent deferrable initially deferred
        for each row execute function record();
        """
    )
    db.commit()
    db.execute("insert into parent values (1)")
    assert ids(db) == []
    db.commit()
    assert ids(db) == [101]
    db.execute("insert into parent values (2)")
    db.rollback()
    db.commit()
    assert ids(db) == [101]


def test_a_constraint_made_in_the_test_is_checked(scratch_database: EphemeralDatabase) -> None:
    """In a database without deferrable constraints, one that the test makes is checked and keeps its mode."""
    session = RollbackSession(scratch_database)
    try:
        db = session.begin()
        db.execute("create table p (id int primary key)")
        db.execute("create table c (p int references p deferrable initially deferred)")
        for _ in range(2):
            db.commit()
            db.execute("insert into c values (1)")
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                db.commit()
        db.execute("drop table c")
        db.commit()
    finally:
        session.close()


def test_the_end_of_a_test_checks_deferred_constraints(session: RollbackSession) -> None:
    """check() lets a violated deferred constraint through with a note, and leaves the transaction as it was."""
    db = session.begin()
    db.execute("insert into child values (1, 99)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as violated:
        session.check()
    assert any("deferred constraints" in note for note in violated.value.__notes__)
    db.execute("insert into parent values (99)")
    assert session.check().wrote
    assert ids(db, "child") == [1]
    assert session.end()
