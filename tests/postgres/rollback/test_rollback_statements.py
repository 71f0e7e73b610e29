"""Settings, and transaction control sent as text, in a transaction that is never committed."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import pq, sql

from pytest_nself.core.errors import IsolationError
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.database.emulation import RollbackConnection
from pytest_nself.database.rollback import RollbackSession

from .conftest import ids, outside, told, value


def test_set_local_ends_with_the_transaction(db: RollbackConnection) -> None:
    """SET LOCAL lasts until commit() or rollback(); plain SET survives commit() and not rollback()."""
    db.execute("set work_mem = '5MB'")
    db.execute("set local work_mem = '6MB'")
    db.commit()
    assert value(db, "show work_mem") == "5MB"
    db.rollback()
    db.execute("set work_mem = '7MB'")
    db.rollback()
    assert value(db, "show work_mem") == "5MB"


def test_set_local_in_a_block(db: RollbackConnection) -> None:
    """SET LOCAL in an outermost block is undone at its end; in an inner one it lasts to the end of the outermost."""
    with db.transaction():
        with db.transaction():
            db.execute("set local work_mem = '6MB'")
        assert value(db, "show work_mem") == "6MB"
    assert value(db, "show work_mem") == "4MB"


def test_a_savepoint_forgets_what_was_set_in_it(db: RollbackConnection) -> None:
    """A plain SET that a savepoint took back does not survive commit(), nor hide that the setting was local."""
    db.execute("set local work_mem = '6MB'")
    db.execute("savepoint a")
    db.execute("set work_mem = '7MB'")
    db.execute("rollback to savepoint a")
    assert value(db, "show work_mem") == "6MB"
    db.commit()
    assert value(db, "show work_mem") == "4MB"


def test_a_plain_set_that_failed_does_not_count(db: RollbackConnection) -> None:
    """A plain SET that PostgreSQL refused, in a block or out of it, does not make a local setting survive."""
    with db.transaction():
        db.execute("set local work_mem = '6MB'")
        with pytest.raises(psycopg.errors.InvalidParameterValue), db.transaction():
            db.execute("set work_mem = 'nonsense'")
    assert value(db, "show work_mem") == "4MB"
    db.execute("set local work_mem = '6MB'")
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        db.execute("set work_mem = 'nonsense'")
    db.rollback()
    assert value(db, "show work_mem") == "4MB"


def test_plain_set_after_set_local_survives(db: RollbackConnection) -> None:
    """A plain SET after SET LOCAL is what commit() keeps, also by set_config and RESET."""
    db.execute("set local work_mem = '6MB'")
    db.execute("set work_mem = '7MB'")
    db.commit()
    assert value(db, "show work_mem") == "7MB"
    db.execute("select set_config('work_mem', '8MB', true)")
    db.execute("select set_config(%s, %s, %s)", ["work_mem", "9MB", False])
    db.commit()
    assert value(db, "show work_mem") == "9MB"
    db.execute("set local work_mem = '6MB'; reset work_mem")
    db.commit()
    assert value(db, "show work_mem") == "4MB"


@pytest.mark.parametrize("end", ["commit", "rollback", "block"])
@pytest.mark.parametrize("name", ["app.tenant", "work_mem"])
def test_set_config_with_bound_names(db: RollbackConnection, end: str, name: str) -> None:
    """set_config(name, value, true) is local however its arguments arrive; a new custom setting becomes empty."""
    before = value(db, "select coalesce(current_setting(%s, true), '')", name)
    db.commit()
    if end == "block":
        with db.transaction():
            db.execute(
                "select set_config(%(name)s, %(value)s, %(local)s)", {"name": name, "value": "64", "local": True}
            )
    else:
        db.execute("select set_config(%s, %s, %b)", [name, "64", True])
        getattr(db, end)()
    assert value(db, "select current_setting(%s, true)", name) == before


def test_every_kind_of_cursor_is_seen(db: RollbackConnection) -> None:
    """SET LOCAL is seen from client and raw cursors, a factory of the user's, executemany, bytes and Composables."""

    class Mine(psycopg.Cursor[Any]):
        pass

    with psycopg.RawCursor(db) as raw:
        raw.execute("select set_config($1, $2, true)", ["app.raw", "1"])
    db.cursor_factory = psycopg.ClientCursor
    assert isinstance(db.cursor(), psycopg.ClientCursor)
    db.execute("select set_config(%s, %s, true)", ["app.client", "1"])
    db.cursor_factory = Mine
    assert type(db.cursor()) is Mine
    db.execute(b"set local app.mine = 1")
    db.execute(sql.SQL("set local {} = 1").format(sql.Identifier("app", "composed")))
    db.cursor().executemany("select set_config(%s, '1', true)", [["app.many_a"], ["app.many_b"]])
    db.commit()
    left = db.execute(
        "select name from unnest(array['client', 'raw', 'mine', 'composed', 'many_a', 'many_b']) as name"
        " where current_setting('app.' || name, true) <> ''"
    ).fetchall()
    assert left == []


def test_a_client_cursor_past_the_factory(session: RollbackSession) -> None:
    """A ClientCursor made without the connection's cursor factory works, but its SET LOCAL raises: it came unseen."""
    db = session.begin()
    with psycopg.ClientCursor(db) as cursor:
        cursor.execute("select %s", [1])
        assert cursor.fetchone() == (1,)
        with pytest.raises(IsolationError, match="cursor_factory"):
            cursor.execute("set local work_mem = '6MB'")
    with pytest.raises(IsolationError, match="cursor_factory"):
        session.check()
    assert session.end()


def test_role_goes_back(database: EphemeralDatabase, session: RollbackSession) -> None:
    """A role taken with SET LOCAL ROLE ends with the transaction, and so do settings only the first role may change."""
    db = session.begin()
    db.execute("create role nself_rollback_reader nologin")
    db.execute("grant select on item to nself_rollback_reader")
    db.commit()
    me = value(db, "select current_user")
    db.commit()
    db.execute("set local session_replication_role = replica")
    db.execute("set local role nself_rollback_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
        db.execute("insert into item values (1)")
    assert session.check().wrote
    db.commit()
    assert value(db, "select current_user") == me
    assert value(db, "show session_replication_role") == "origin"
    db.execute("set role nself_rollback_reader")
    db.commit()
    assert value(db, "select current_user") == "nself_rollback_reader"
    session.end()
    assert value(session.begin(), "select current_user") == me


def test_session_authorization_goes_back(session: RollbackSession) -> None:
    """SET LOCAL SESSION AUTHORIZATION ends with the transaction."""
    db = session.begin()
    me = value(db, "select session_user")
    db.execute("create role nself_rollback_other nologin")
    db.commit()
    db.execute("set local session authorization nself_rollback_other")
    assert value(db, "select session_user") == "nself_rollback_other"
    db.commit()
    assert value(db, "select session_user || current_user || current_setting('role')") == me + me + "none"


def test_settings_that_functions_make_local(database: EphemeralDatabase) -> None:
    """Settings named as function settings are treated as local though no text shows it; plain SET of them survives."""
    session = RollbackSession(database, function_settings=("app.Person",))
    try:
        db = session.begin()
        db.execute(
            "create function login(name text) returns void language plpgsql as "
            "$$ begin perform pg_catalog.set_config('app.' || 'person', name, true); end $$"
        )
        db.commit()
        for _ in range(2):
            db.execute("select login('ann')")
            assert value(db, "select current_setting('app.person')") == "ann"
            db.commit()
            assert value(db, "select current_setting('app.person')") == ""
            db.rollback()
        db.execute("set app.person = 'bob'")
        db.commit()
        db.execute("select login('ann')")
        db.commit()
        assert value(db, "select current_setting('app.person')") == "bob"
        assert session.end()
        assert value(session.begin(), "select coalesce(current_setting('app.person', true), '')") == ""
    finally:
        session.close()


def test_set_local_in_an_aborted_transaction(db: RollbackConnection) -> None:
    """SET LOCAL in an aborted transaction raises what PostgreSQL raises."""
    with pytest.raises(psycopg.errors.UndefinedColumn):
        db.execute("select nonsense")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        db.execute("set local work_mem = '6MB'")


@pytest.mark.parametrize("text", ["commit", "rollback", "END;", "abort", "/* x */ commit", "commit; begin"])
def test_transaction_control_as_text_is_refused(session: RollbackSession, text: str) -> None:
    """A text that would end the transaction is not sent; the test fails even when the error was swallowed."""
    db = session.begin()
    db.execute("insert into item values (1)")
    with pytest.raises(IsolationError, match="nself_database"):
        db.execute(text)
    assert ids(db) == [1]
    with pytest.raises(IsolationError, match="sent as text"):
        session.check()
    assert session.end()
    assert ids(session.begin()) == []


def test_an_isolation_level_as_text_is_refused(session: RollbackSession) -> None:
    """Asking for serializable by text raises our error before anything is sent; read-only works, until commit()."""
    db = session.begin()
    with pytest.raises(IsolationError, match="isolation level serializable"):
        db.execute("set transaction isolation level serializable")
    db.execute("set transaction read only")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        db.execute("insert into item values (1)")
    db.commit()
    db.execute("set transaction read only")
    db.commit()
    db.execute("insert into item values (1)")
    assert ids(db) == [1]
    assert session.check().wrote


def test_begin_as_text_is_a_warning(session: RollbackSession) -> None:
    """`begin` as text inside a transaction is PostgreSQL's warning and nothing else, as on a real connection."""
    db = session.begin()
    notices: list[str | None] = []
    db.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary))
    db.execute("begin")
    db.execute("insert into item values (1)")
    db.rollback()
    assert ids(db) == []
    assert notices == ["there is already a transaction in progress"]
    assert told(session) == (True, ())
    assert session.end()


def test_a_commit_inside_a_longer_text(session: RollbackSession) -> None:
    """`...; commit` ends the transaction: the statement and check() raise, and end() calls the database dirty."""
    db = session.begin()
    with pytest.raises(IsolationError, match="ended the transaction"):
        db.execute("insert into item values (1); commit")
    with pytest.raises(IsolationError):
        db.execute("select 1")
    db.rollback()
    with pytest.raises(IsolationError):
        session.check()
    assert not session.end()
    assert ids(session.begin()) == [1]


def test_commit_and_begin_inside_a_longer_text(session: RollbackSession, database: EphemeralDatabase) -> None:
    """`...; commit; begin` leaves a transaction that is not ours: found by check(), by commit() and by end()."""
    db = session.begin()
    db.execute("insert into item values (1); commit; begin")
    with pytest.raises(IsolationError, match="nself_database"):
        session.check()
    with pytest.raises(IsolationError):
        db.commit()
    db.execute("insert into item values (2)")
    assert not session.end()
    assert outside(database, "select array_agg(id) from item") == [1]
    assert session.begin().info.transaction_status == pq.TransactionStatus.IDLE


def test_the_transaction_ended_past_psycopg(session: RollbackSession) -> None:
    """A commit sent on the bare PGconn is found too, also when a new transaction was aborted after it."""
    db = session.begin()
    db.execute("insert into item values (1)")
    db.pgconn.exec_(b"commit; begin")
    db.pgconn.exec_(b"nonsense")
    with pytest.raises(IsolationError):
        session.check()
    assert not session.end()


def test_the_transaction_ended_after_the_check(session: RollbackSession) -> None:
    """A commit on the bare PGconn after the check is found: by end(), or by the next begin(), which raises."""
    db = session.begin()
    db.execute("insert into item values (1)")
    assert session.check().wrote
    db.pgconn.exec_(b"commit")
    assert session.end()
    for _ in range(2):
        with pytest.raises(IsolationError):
            session.begin()


def test_teardown_goes_on_after_the_check(session: RollbackSession) -> None:
    """After check() a fixture's teardown may use the connection; what the test had written is still there."""
    db = session.begin()
    db.execute("insert into item values (1)")
    check = session.check()
    assert db.info.transaction_status.name == "INTRANS"
    db.rollback()
    assert ids(db) == []
    db.execute("insert into item values (2); commit; begin")
    assert check.wrote
    assert not session.end()
    assert check.extra == ()
