"""What the text of a statement says about settings, cursors and transaction control."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.database.rollback_scan import scan
from pytest_nself.database.rollback_sql import capture, restore


@pytest.mark.parametrize(
    ("statement", "local"),
    [
        (b"set local work_mem = '4MB'", {"work_mem"}),
        (b"SET LOCAL Work_Mem TO 4096", {"work_mem"}),
        (b"set\n  local\trole admin", {"role"}),
        (b"set local role none", {"role"}),
        (b"set local app.user_id = '7'", {"app.user_id"}),
        (b'set local "app"."user" = 1', {"app.user"}),
        (b'set local "request.jwt.claims" = 1', {"request.jwt.claims"}),
        (b"set local time zone 'UTC'", {"timezone"}),
        (b"set local schema 'x'", {"search_path"}),
        (b"set local session authorization bob", {"session_authorization", "role"}),
        (b"insert into t values (1); set local a.b = 1; set local c.d = 2", {"a.b", "c.d"}),
        (b"do $$ begin set local a.b = 1; end $$", {"a.b"}),
        (b"set local transaction_read_only = on", set()),
    ],
)
def test_set_local_names(statement: bytes, local: set[str]) -> None:
    """SET LOCAL is found in every spelling, wherever in the text it stands, under PostgreSQL's name of the setting."""
    effects = scan(statement)
    assert (set() if effects is None else effects.names(None)[0]) == local


@pytest.mark.parametrize(
    ("statement", "plain"),
    [
        (b"set work_mem = '4MB'", {"work_mem"}),
        (b"set session work_mem = '4MB'", {"work_mem"}),
        (b"/* why */ -- note\n set a.b = 1", {"a.b"}),
        (b"select 1; reset role", {"role"}),
        (b"set time zone 'UTC'", {"timezone"}),
        (b"set session authorization bob", {"session_authorization", "role"}),
        (b"update t set role = 'admin'", set()),
        (b"insert into t values (1) on conflict do update set role = 'x'", set()),
        (b"set constraints all deferred", set()),
        (b"set transaction read only", set()),
        (b"set session characteristics as transaction read only", set()),
        (b"reset all", set()),
    ],
)
def test_plain_set_names(statement: bytes, plain: set[str]) -> None:
    """Plain SET and RESET are found at the start of a statement only: a column named after SET is no setting."""
    effects = scan(statement)
    assert (set() if effects is None else effects.names(None)[1]) == plain


@pytest.mark.parametrize(
    ("statement", "params", "local", "plain"),
    [
        (b"select set_config('app.x', '1', true)", None, {"app.x"}, set()),
        (b"select set_config('app.x', $1, TRUE)", [b"a"], {"app.x"}, set()),
        (b"select set_config('app.x', '1', false)", None, set(), {"app.x"}),
        (b"select pg_catalog.set_config($1, $2, $3)", [b"App.X", b"v", b"t"], {"app.x"}, set()),
        (b"select set_config($1::text, $2, $3::bool)", [b"app.x", b"v", b"\x00"], set(), {"app.x"}),
        (b"select set_config($1, $2, $3)", [b"app.x", b"v", b"\x01"], {"app.x"}, set()),
        (b"select set_config($1, $2, $3)", [b"app.x", b"v", b"f"], set(), {"app.x"}),
        (
            b"select set_config('a.b', concat('x,', lower(')')), true), set_config('c.d', '', true)",
            None,
            {"a.b", "c.d"},
            set(),
        ),
        (b"select set_config(k, v, true) from pairs", None, set(), set()),
        (b"select set_config($1, 'x', true)", [None], set(), set()),
        (b"select set_config('app.x'", None, set(), set()),
        (b"select set_config('o''k', '', true)", None, {"o'k"}, set()),
    ],
)
def test_set_config_names(
    statement: bytes, params: list[bytes | None] | None, local: set[str], plain: set[str]
) -> None:
    """set_config() is understood with literal and with bound names and with a literal or bound third argument."""
    effects = scan(statement)
    found = (frozenset(), frozenset()) if effects is None else effects.names(params)
    assert found == (local, plain)


@pytest.mark.parametrize(
    ("statement", "control"),
    [
        (b"commit", "commit"),
        (b" COMMIT ;", "commit"),
        (b"-- done\ncommit work", "commit work"),
        (b"/* a */ rollback", "rollback"),
        (b"rollback and chain", "rollback and chain"),
        (b"commit; begin", "commit"),
        (b"; commit", "commit"),
        (b"end", "end"),
        (b"abort", "abort"),
        (b"prepare transaction 'x'", "prepare transaction"),
        (b"rollback to savepoint a", ""),
        (b"rollback work to a", ""),
        (b"rollback transaction to savepoint a", ""),
        (b"begin", ""),
        (b"savepoint a", ""),
        (b"release a", ""),
        (b"select 'commit'", ""),
        (b"committed", ""),
        (b"create procedure p() language plpgsql as $$ begin x; commit; end $$", ""),
    ],
)
def test_transaction_control_at_the_start(statement: bytes, control: str) -> None:
    """A text that starts by ending the transaction is seen; savepoints and procedure bodies are not mistaken for it."""
    effects = scan(statement)
    assert ("" if effects is None else effects.control) == control


@pytest.mark.parametrize(
    ("statement", "doubtful"),
    [
        (b"insert into t values (1); commit", True),
        (b"insert into t values (1);/**/ commit; begin", True),
        (b"select 1; prepare transaction 'x'", True),
        (b"select 1; select 2", False),
        (b"select ';', commit from t", False),
    ],
)
def test_transaction_control_further_on(statement: bytes, doubtful: bool) -> None:
    """A text with transaction control after a semicolon is doubted: the end of the test then waits for the server."""
    effects = scan(statement)
    assert (effects is not None and effects.doubtful) == doubtful


@pytest.mark.parametrize(
    ("statement", "level"),
    [
        (b"set transaction isolation level serializable", "serializable"),
        (b"SET TRANSACTION READ WRITE, ISOLATION LEVEL REPEATABLE  READ", "repeatable read"),
        (b"set session characteristics as transaction isolation level serializable", "serializable"),
        (b"begin isolation level serializable", "serializable"),
        (b"set transaction isolation level read committed", ""),
        (b"set transaction read only", ""),
        (b"insert into t values ('isolation level serializable')", ""),
    ],
)
def test_isolation_levels(statement: bytes, level: str) -> None:
    """A request for a level above read committed is seen at a statement's start."""
    effects = scan(statement)
    assert ("" if effects is None else effects.isolation) == level


@pytest.mark.parametrize(
    "statement", [b"select 1", b"insert into t values ($1, $2)", b"delete from orders where id = $1", b""]
)
def test_ordinary_statements_have_no_effects(statement: bytes) -> None:
    """An ordinary statement has nothing to mind: None, so that nothing is done for it."""
    assert scan(statement) is None


def test_deferrable_and_cursor_are_noticed() -> None:
    """Statements that speak of deferrable constraints or declare a cursor are flagged for the next commit."""
    constraint = scan(b"alter table t add foreign key (a) references u deferrable initially deferred")
    cursor = scan(b"declare c cursor for select 1")
    assert constraint is not None
    assert constraint.deferrable
    assert cursor is not None
    assert cursor.cursor


@given(st.binary(max_size=200))
def test_scan_takes_any_bytes(noise: bytes) -> None:
    """No text makes the scan fail, whatever stands around the words it looks for."""
    for text in (
        noise,
        b"set local " + noise,
        noise + b"; set a = 1",
        b"select set_config(" + noise,
        b"set_config('" + noise,
    ):
        effects = scan(text)
        if effects is not None:
            effects.names([noise])


def test_a_long_statement_is_scanned_in_linear_time() -> None:
    """A bulk insert of 4 MB with the word "set" in it costs less than a second."""
    rows = b"insert into t values " + b"(1, 'set /* -- ; local')," * 170_000
    started = time.perf_counter()
    scan(rows)
    assert time.perf_counter() - started < 1.0


def test_names_are_quoted_as_literals() -> None:
    """A setting's name from a statement's text cannot leave its literal."""
    text = capture({"a'; drop table t; --": "nself.kept_0"}, again=False)
    assert b"'a''; drop table t; --'" in text


def test_who_the_session_is_comes_back_first() -> None:
    """Restoring starts with session_authorization and role: the other settings may need their rights."""
    text = restore({"app.x": "nself.kept_0", "role": "nself.kept_1", "session_authorization": "nself.kept_2"})
    assert text.index(b"'session_authorization'") < text.index(b"'role'") < text.index(b"'app.x'")
