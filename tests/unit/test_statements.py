"""Statement boundaries without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.migrations.statements import extensions_in, is_blank, scan, split

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
