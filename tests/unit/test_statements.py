"""Statement boundaries without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.place import Place
from pytest_nself.migrations.statements import extensions_in, is_blank, one_transaction, place_at, scan, split

# Each is one statement, whatever semicolons, quotes and comments it holds.
WHOLE = [
    "select 1",
    "select 'a;b''c;'",
    "select E'a\\';b' , e'\\\\'",
    'select "a;""b" from "t;"',
    "select $$ ; ' -- $$ || $a$ ; $$ ; $b$ $a$",
    "select a$b$c, $1",
    "select 1 /* ; /* nested ; */ ' */ + 2",
    "select 1 -- ; it's\n + 2",
    "create function f() returns int language sql begin atomic; select case when true then 1 end; select 2; end",
    "create or replace procedure p() language sql begin atomic insert into t values (1); end",
    "create rule r as on insert to t do (insert into a values (1); insert into b values (2))",
    "create function größe() returns text language sql as 'select ''x;'''",
    "do $do$ begin perform 1; end $do$",
    "select U&'d\\0061t\\+000061;' uescape '\\'",
    "select\u00a0e'a\\' as \u2003",
    "create trigger t before insert on x for each row execute function f()",
]


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_one_statement_stays_one(text: str) -> None:
    """Semicolons inside quotes, bodies, comments and rules end nothing."""
    (statement,) = split(f"\n {text} ;")
    assert f"\n {text} ;"[statement.start : statement.end] == text


@given(st.lists(st.sampled_from(WHOLE)), st.sampled_from([";", " ;\n", ";;", "; -- ;\n", ";/* ; */"]))
def test_statements_come_back_in_order(texts: list[str], between: str) -> None:
    """Any statements, however they are separated, come back as they were."""
    text = between.join(texts)
    assert [text[one.start : one.end] for one in split(text)] == texts


@given(st.text("ab'\"$;-/*\\()\n eE", max_size=40))
def test_any_text_is_read_to_its_end(text: str) -> None:
    """No text makes the reader fail, and statements never overlap."""
    ends = 0
    for statement in scan(text).statements:
        assert ends <= statement.start < statement.end <= len(text)
        ends = statement.end


@pytest.mark.parametrize("text", ["select 'open", 'select "open', "select $a$ open $b$", "/* open /* */"])
def test_what_is_never_closed_is_a_problem(text: str) -> None:
    """An open quote or comment is found where it opens."""
    (problem,) = scan(text).problems
    assert text[problem.offset] in "'\"$/"


def test_problems_say_their_line() -> None:
    """A psql command is refused by its name, on its line."""
    text = "select 1;\n\\connect other\nselect 2;"
    (problem,) = one_transaction(text).problems
    assert "\\connect" in problem.message
    assert place_at(text, problem.offset, Place("m.sql", 10)) == Place("m.sql", 11, 1)


@pytest.mark.parametrize(
    "control", ["commit", "rollback", "end", "begin", "start transaction", "prepare transaction 'x'", "abort"]
)
def test_transaction_control_inside_is_refused(control: str) -> None:
    """A file that ends its own transaction in the middle cannot run in one."""
    (problem,) = one_transaction(f"select 1;\n{control};\nselect 2;").problems
    assert problem.offset == 10


@pytest.mark.parametrize("end", ["commit", "end", "COMMIT WORK", "commit transaction"])
@pytest.mark.parametrize("begin", ["begin", "BEGIN TRANSACTION", "start transaction", "begin work"])
def test_the_files_own_outermost_pair_is_dropped(begin: str, end: str) -> None:
    """A file's own begin and commit are the migration's transaction; lines stay where they are."""
    checked = one_transaction(f"set x = 1;\n{begin};\nselect 1;\n{end};\n-- the end")
    assert not checked.problems
    assert [checked.text[one.start : one.end] for one in split(checked.text)] == ["set x = 1", "select 1"]
    assert checked.text.count("\n") == 4


def test_the_files_isolation_level_is_kept() -> None:
    """What the file's own begin asks for is asked for inside the transaction."""
    checked = one_transaction("begin isolation level serializable;\nselect 1;\ncommit;")
    assert checked.text.startswith("set transaction isolation level serializable;")


def test_savepoints_are_allowed() -> None:
    """A savepoint does not end the transaction, nor does rolling back to it."""
    assert not one_transaction("savepoint a; select 1; rollback to a; rollback work to savepoint a; release a").problems


def test_copying_over_the_connection_is_refused() -> None:
    """Rows cannot travel in a message of SQL."""
    assert next(one.offset for one in one_transaction("select 1; copy t (a) from stdin;\n1\n\\.\n").problems) == 10


def test_extensions_are_listed() -> None:
    """Names in their order, once, quoted or not; strings and comments are no statements."""
    text = """
        create extension if not exists "uuid-ossp" with schema public;
        CREATE /* the */ EXTENSION PgCrypto;
        -- create extension nope;
        select 'create extension nope2';
        create extension pgcrypto;
    """
    assert extensions_in(text) == ("uuid-ossp", "pgcrypto")


@pytest.mark.parametrize("text", ["", " \n", "-- a\n/* b /* c */ */ ;\n", ";;"])
def test_blank(text: str) -> None:
    """Comments and semicolons do nothing."""
    assert is_blank(text)
    assert not is_blank(text + "\nselect 1")
