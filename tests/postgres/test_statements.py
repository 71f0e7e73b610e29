"""Where statements end: judged by the server's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.migrations.statements import scan, split
from pytest_nself.server.server import Server

from .judge import Judge, Verdict, judge_on, sql_of

FILES = """
with share (folder) as (select setting from pg_catalog.pg_config() where name = 'SHAREDIR')
select file, pg_catalog.pg_read_file(file)
from share
cross join lateral (
    select folder || '/' || name from pg_catalog.pg_ls_dir(folder) as name
    union all
    select folder || '/extension/' || name from pg_catalog.pg_ls_dir(folder || '/extension') as name
) as found (file)
where file like '%.sql'
order by file
"""

PROPERTY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def judge(scratch_database: EphemeralDatabase) -> Iterator[Judge]:
    with judge_on(scratch_database) as one:
        yield one


def test_the_judge_can_tell(judge: Judge) -> None:
    """One statement, several, and what is none, told without running anything."""
    assert judge.verdict("create table t (a int)") is Verdict.ONE
    assert judge.verdict("create table t (a int);") is Verdict.ONE
    assert judge.verdict("create table t (a int); select 1") is Verdict.SEVERAL
    assert judge.verdict("create table t (a int") is Verdict.BROKEN
    # The reader knows nothing of grammar, so what is not SQL at all must show up.
    (told,) = judge.disagreements("select 1; not sql; select 2")
    assert "not sql" in told


def test_the_servers_own_sql(nself_server: Server, judge: Judge) -> None:
    """Each file that PostgreSQL installs is cut where its parser cuts it; nothing but psql's `\\echo` is refused."""
    with closing(nself_server.connect("template1")) as connection:
        files = connection.execute(FILES.encode()).fetchall()
    statements = 0
    for file, content in files:
        # What `create extension` puts in before it runs a script.
        text = re.sub(r"@extschema(:\w+)?@|@extowner@", "public", content)
        found = scan(text)
        assert all(one.message.startswith("\\echo ") for one in found.problems), file
        assert judge.parses(sql_of(text, found)), (file, judge.said)
        assert not list(judge.disagreements(text)), file
        statements += len(found.statements)
    assert len(files) > 40
    assert statements > 1500


HARD = [
    "select 1",
    "select 'a;''b'",
    "select E'a\\';b'",
    "select E'a' -- it's\n -- ;\n '\\';'",
    "select E'a'\r'\\';'",
    "select E'a'\f\n\t'\\';'",
    "select '\\' , ';\\'",
    "select n'\\' , b'1' , x'1f' , U&'\\0061;'",
    "select U&\"d!0061;\" uescape '!' , U&'\\' uescape '!'",
    'select "a;""b" from "t;"',
    "select $é$ ; $e$ $é$ , $$$$ , $a$ $$a$ , $a$$a$",
    "select a$$b , $1 , a$b$",
    "select /*/ ; */ 1 /* ; /**/ ; */ /***/ */* ; */ 2 //* ; */ 3",
    "select 1 @-- ;\n 2 --\r + 3",
    "select 1e5 , 1.5e-3 , .5",
    "select 1 end",
    "select 1 case , 2 as end , t.end , begin atomic",
    "select a[1:'n'] , a[:\"n\"] , x::\"T\" , f(y:='n')",
    "select \u00a0, \ufeffx from \u3000",
    "create function f() returns int language sql begin atomic; select case when true then 1 end; select 2; end",
    "create function f() returns int begin atomic select 1 end; select 2 as end, 3 case; select t.end from t; end",
    "create function f() returns begin begin /* ; */ atomic return (case when true then 1 end); end",
    "create procedure begin.atomic() begin atomic create rule r as on insert to t do (select 1; select 2); end",
    "create function f() returns int begin atomic create function g() begin atomic select 1; end; select 2; end",
    "create function f(begin int default case when true then 1 end) returns int begin atomic end",
    "create or replace function f() returns int return 1",
    "create rule r as on insert to t do (;;select 1;;)",
    "create schema s create table t (a int) create view v as select 1",
    "create trigger t before insert on x for each row execute function f()",
    "prepare p as select 1",
    "do $do$ begin; end $do$",
    "values (1), (2)",
    "begin",
    "copy t to stdin",
    "copy (select 1 from stdin) to stdout",
    "copy t from '/x' where a is distinct from stdin",
]


@pytest.mark.parametrize("text", HARD)
def test_one_statement_to_both(judge: Judge, text: str) -> None:
    """What is one statement to the server is one to us, and nothing in it is refused."""
    assert judge.verdict(text) is Verdict.ONE, judge.said
    found = scan(text)
    assert [(one.start, one.end) for one in found.statements] == [(0, len(text))]
    assert not found.problems


BETWEEN = [";", " ;\n", ";;", ";-- ;'\n", "; -- ;\r", ";/* ; */", ";\r\n", "\f;\t", "/**/;"]


@PROPERTY
@given(pieces=st.lists(st.tuples(st.sampled_from(HARD), st.sampled_from(BETWEEN)), min_size=1, max_size=6))
def test_hard_statements_in_a_row(judge: Judge, pieces: list[tuple[str, str]]) -> None:
    """However hard statements follow each other, each is cut off where the server ends it."""
    text = "".join(statement + between for statement, between in pieces)
    assert judge.parses(text), judge.said
    assert not list(judge.disagreements(text))
    assert [text[one.start : one.end] for one in split(text)] == [statement for statement, _ in pieces]


VALUES = [
    "1", "'a'", "';'", "'it''s'", "E'\\';'", "E'\\\\'", "$$;$$", "$q$ ' ; $$ $q$", "(select 2)", "'\\'",
    "U&'\\003b'", "null",
    "case when true then 1 end", "(values (';'))", "-1", "- -1", "1 + /* ; */ 2", "(array[1,2])[1:2]", "'x'::text",
    "b'1'",
]  # fmt: skip
GLUE = ["", " ", "\n", "\t", " -- ;'\n", "/* ; */", "/*/* ; */*/", "\r\n", "\f", "--\r", "-- $$\n"]


@PROPERTY
@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.sampled_from(GLUE), st.sampled_from(VALUES)), max_size=4), st.sampled_from(GLUE)
        ),
        max_size=5,
    )
)
def test_as_many_statements_as_the_server_executes(
    scratch_connection: psycopg.Connection[object], parts: list[tuple[list[tuple[str, str]], str]]
) -> None:
    """A whole text sent at once gives one result for each statement that we find; each alone gives one, too."""
    text = ";".join(
        ("select " + ",".join(f"{glue}{value}" for glue, value in values) if values else "") + end
        for values, end in parts
    )
    expected = _results(scratch_connection, text)
    statements = split(text)
    assert len(statements) == expected
    for statement in statements:
        assert _results(scratch_connection, text[statement.start : statement.end]) == 1


@pytest.fixture
def scratch_connection(scratch_database: EphemeralDatabase) -> Iterator[psycopg.Connection[object]]:
    with closing(scratch_database.connect(autocommit=True)) as connection:
        yield connection


def _results(connection: psycopg.Connection[object], text: str) -> int:
    """How many statements the server executed; all must succeed."""
    pgconn = connection.pgconn
    pgconn.send_query(text.encode())
    count = 0
    while result := pgconn.get_result():
        assert result.status in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.EMPTY_QUERY), (
            text,
            result.error_message,
        )
        count += result.status == psycopg.pq.ExecStatus.TUPLES_OK
    return count


SOUP = [
    "select ", "a", "b", " ", "\n", "\r", "'", "''", "'x'", "\\", "e'", "E'\\''", "U&'", '"', '"q"', "$", "$$", "$a$",
    "1", "1e", "$1", "--", "/*", "*/", "+", "-", "/", "*", "@", "(", ")", "[", "]", ",", ";", ".", ":", "::", ":=",
    "\f", " as ", " from ", "é", "\u00a0", "\ufeff", "case when a then b end", " end", " begin atomic ", "begin",
    "return 1", "create function f() returns int ", "create rule r as on insert to t do ", "nothing", " do ",
    "copy t from ", "stdin", "values (1)",
]  # fmt: skip


@settings(PROPERTY, max_examples=1500)
@given(st.lists(st.sampled_from(SOUP), max_size=14))
def test_any_soup_that_the_server_takes(judge: Judge, tokens: list[str]) -> None:
    """Whatever text parses is cut as the server cuts it; whatever the server finds never closed, we find there, too."""
    text = "".join(tokens)
    found = scan(text)
    never_closed = [one for one in found.problems if "never closed" in one.message]
    parses = judge.parses(text)
    if parses:
        assert not never_closed
        if not any(one.data for one in found.statements) and not found.blanks:
            assert not list(judge.disagreements(text))
    if judge.said.startswith("unterminated"):
        (problem,) = never_closed
        # The server counts from the first of joined strings, and from letters before it.
        assert judge.position <= problem.offset + 1
