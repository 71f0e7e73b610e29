"""Statement boundaries without a server."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.place import Place
from pytest_nself.migrations.statements import extensions_in, is_blank, place_at, scan, split, without_meta

# Each is one statement, whatever semicolons, quotes and comments it holds.
WHOLE = [
    "select 1",
    "select 'a;b''c;'",
    "select E'a\\';b' , e'\\\\'",
    "select '\\' , ';\\'",
    "select E'a' -- it's\n -- ;\n '\\';'",
    "select E'a'\r'\\';'",
    "select N'\\' , B'1' , X'1f' , U&'\\0061;'",
    'select "a;""b" from "t;"',
    'select U&"d\\0061t;" from U&"!;" uescape \'!\'',
    "select $$ ; ' -- $$ || $a$ ; $$ ; $b$ $a$",
    "select $é$ ; $e$ $é$ , $$$$ , $a$ $$a$",
    "select a$b$c, $1, a$$b",
    "select 1 /* ; /* nested ; */ ' */ + 2",
    "select /*/ ; */ 1 /**/ /***/ */* ; */ 2",
    "select 1 -- ; it's\n + 2",
    "select 1 @-- ;\n 2",
    "select 1 -- ;\r + 2",
    "select 0x1F, 1_000, 1e5, .5e-3",
    "create function f() returns int language sql begin atomic; select case when true then 1 end; select 2; end",
    "create function f() returns int begin atomic select 1 end; select 2 as end, 3 case; select t.end from t; end",
    "create function f() returns begin begin /* ; */ atomic return (case when true then 1 end); end",
    "create procedure begin.atomic() begin atomic create rule r as on insert to t do (select 1; select 2); end",
    "create function f() returns int begin atomic create function g() begin atomic select 1; end; select 2; end",
    "create function f() returns int begin atomic select begin atomic; end",
    "create function f() returns int return 1",
    "create or replace procedure p() language sql begin atomic insert into t values (1); end",
    "create rule r as on insert to t do (insert into a values (1); insert into b values (2))",
    "create schema s create table t (a int) create view v as select 1",
    "create function größe() returns text language sql as 'select ''x;'''",
    "do $do$ begin perform 1; end $do$",
    "select U&'d\\0061t\\+000061;' uescape '\\'",
    "select\u00a0e'a\\' as \u2003",
    "create trigger t before insert on x for each row execute function f()",
    "copy t to stdout",
    "copy (select 'from stdin' from stdin) to stdout",
    "copy (select 1) from stdin",
    "copy t from '/x' where a is distinct from stdin",
    'copy "from stdin" to stdin',
    "select a[1:'n'], a[:\"n\"], x::\"T\", f(y:='n'), json_object('a':'b', 'c' : 'd')",
]


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_one_statement_stays_one(text: str) -> None:
    """Semicolons inside quotes, bodies, comments and rules end nothing."""
    found = scan(f"\n {text} ;")
    (statement,) = found.statements
    assert f"\n {text} ;"[statement.start : statement.end] == text
    assert statement.data is None
    assert not found.problems


@given(st.lists(st.sampled_from(WHOLE)), st.sampled_from([";", " ;\n", ";;", "; -- ;\n", ";/* ; */", ";\r\n", "\f;\v"]))
def test_statements_come_back_in_order(texts: list[str], between: str) -> None:
    """Any statements, however they are separated, come back as they were."""
    text = between.join(texts)
    assert [text[one.start : one.end] for one in split(text)] == texts


@given(st.text("ab'\"$;-/*\\()\n\r eE:1[]\0\ufeff\u00a0", max_size=40))
def test_any_text_is_read_to_its_end(text: str) -> None:
    """No text makes the reader fail, and statements never overlap."""
    ends = 0
    for statement in scan(text).statements:
        assert ends <= statement.start < statement.end <= len(text)
        ends = statement.end


@given(st.text("ab'\"$;-/*\\()\n\r eE:1\ufeff", max_size=40))
def test_blank_is_what_holds_no_statement(text: str) -> None:
    """The quick look agrees with the whole reading."""
    found = scan(text)
    assert is_blank(text) == (not found.statements and not any("psql" in one.message for one in found.problems))


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("select 'open", "'"),
        ("select 'op''en; ", "'"),
        ("select E'open\\'; select 1", "E'"),
        ("select E'closed'\n 'op\\'en", "E'"),
        ('select "op""en', '"'),
        ("select $a$ open $b$", "$a$"),
        ("select 1; /* open /* */", "/*"),
    ],
)
def test_what_is_never_closed_is_a_problem(text: str, opening: str) -> None:
    """An open quote or comment is found where it opens, and is not taken for a shorter one."""
    (problem,) = scan(text).problems
    assert problem.offset == text.index(opening)
    assert opening in problem.message


def test_words_are_folded_as_the_server_folds_them() -> None:
    """ASCII letters become lower case, others stay; quoted names are as they are written; numbers are no words."""
    (statement,) = split('ALTER TABLE "T;x" /* no */ RENAME ÄPFEL 0x1F TO \u212aelvin')
    assert statement.words == (
        "alter",
        "table",
        '"T;x"',
        "rename",
        "Äpfel",
        "to",
        "\u212aelvin",
    )


def test_comments_outside_of_parentheses_are_found() -> None:
    """Those between statements and between words; none inside parentheses, bodies, quotes and rows."""
    text = (
        "-- one\nselect 1 -- two\r, ( -- no\n 2), '\n-- no\n', $$\n-- no\n$$ /*\n-- no\n*/; -- three\n"
        "create function f() begin atomic select 1; -- no\n end; -- four\n"
        "copy t from stdin; -- five\n-- no\n\\.\n-- six"
    )
    found = scan(text)
    assert " ".join(text[one.start : one.end] for one in found.comments) == (
        "-- one -- two -- three -- four -- five -- six"
    )
    assert not found.problems


def test_a_byte_order_mark_is_blank_only_at_the_beginning() -> None:
    """In the middle, where files were put together, the server takes it for a letter: a problem with its place."""
    assert [one.start for one in split("\ufeffselect 1")] == [1]
    (problem,) = scan("select 1;\n\ufeffselect '\ufeff' as \ufeffx").problems
    assert problem.offset == 10
    assert "byte order mark" in problem.message


def test_a_nul_is_a_problem() -> None:
    """The client library would silently send only what stands before it."""
    (problem,) = scan("select '\0'; drop table t;").problems
    assert (problem.offset, "NUL" in problem.message) == (8, True)


def test_strings_after_the_setting_was_turned_off() -> None:
    """The server reads a whole text before it obeys any of it, so a backslash would mean two things: refused there."""
    text = "set standard_conforming_strings = off; select 'fine', E'a\\'b', 'it\\'s;', '\\\\'; select '\\';'"
    found = scan(text)
    assert len(found.statements) == 3
    assert [text[one.offset : one.offset + 5] for one in found.problems] == ["'it\\'", "'\\\\';"[:5], "'\\';'"]
    assert not scan("SET standard_conforming_strings TO 'on'; select '\\'; select 1").problems
    assert not scan(text.split("select")[0] + "set standard_conforming_strings = on; select '\\'").problems


def test_places_count_lines() -> None:
    """A character's place is counted from where the text begins in its file."""
    assert place_at("a\r\nbc", 4, Place("m.sql", 10)) == Place("m.sql", 11, 2)
    assert place_at("abc", 2, Place("m.sql", 10, 5)) == Place("m.sql", 10, 7)


def test_extensions_are_listed() -> None:
    """Names in their order, once, quoted or not; strings, comments and rows are no statements."""
    text = """
        create extension if not exists "uuid-ossp" with schema public;
        CREATE /* the */ EXTENSION -- it
          PgCrypto;
        -- create extension nope;
        select 'create extension nope2';
        create extension pgcrypto;
        create extension if not /* really */ exists "odd ""name";
        copy t from stdin;
create extension nope3;
\\.
        create extension"glued"version '1'; create extension; create extension 'nope4';
    """
    assert extensions_in(text) == ("uuid-ossp", "pgcrypto", 'odd "name', "glued")


@pytest.mark.parametrize(
    "text", ["", " \n", "-- a\n/* b /* c */ */ ;\n", ";;", "\ufeff\n-- a", "\\restrict a\r\n/**/\n\\unrestrict a"]
)
def test_blank(text: str) -> None:
    """Comments and semicolons do nothing."""
    assert is_blank(text)
    assert not is_blank(text + "\nselect 1")
    assert not is_blank(text + "\n\\echo")


def test_what_only_psql_reads_becomes_blank() -> None:
    """A dump's first and last line; offsets and lines stay. What has none of it stays the same object."""
    text = "\ufeff--\n\n\\restrict aB3\nselect '\n\\restrict no\n', restrict;\n  \\unrestrict aB3 \r\n"
    sent = without_meta(text)
    assert sent == text.replace("\\restrict aB3", " " * 13).replace("\\unrestrict aB3 ", " " * 16).replace(
        "\ufeff", " "
    )
    assert not scan(text).problems
    same = "alter table t drop constraint c restrict; -- \\restrict no\n"
    assert without_meta(same) is same


@pytest.mark.parametrize(
    "line",
    ["\\restrict", "select 1; \\restrict a", "\\restrict a b", "\\restrict a \\echo", "\\restricted a", "\\RESTRICT a"],
)
def test_only_what_dumps_write_is_tolerated(line: str) -> None:
    """Without its key, with more than its key, or behind something else, it is a command like any other."""
    (problem,) = scan(f"{line}\n").problems
    assert line[line.index("\\") :].split()[0] in problem.message


COMMANDS = r"\gset \g \gx \copy \i \ir \set \connect \c \if \else \endif \echo \quit \gexec \! \d+ \. \x \watch"


@pytest.mark.parametrize("command", COMMANDS.split())
def test_commands_of_psql_are_named(command: str) -> None:
    """Wherever they stand outside of quotes and comments, with what to do instead, and to the end of their line."""
    for text in (f"{command} it's (\nselect;", f"select {command} it's (\n;", f"select; {command} it's (\rselect"):
        (problem,) = scan(text).problems
        assert problem.offset == text.index("\\")
        assert problem.message.startswith(f"{command} is a command of psql")
        assert problem.remedy
    assert not scan(f"select '{command}', $$ {command} $$, \"{command}\" -- {command}\n/* {command} */").problems


@pytest.mark.parametrize("ending", [r"\g", r"\gset a_", r"\bind 1 2 \g", r"\gx (format=wrapped)", r"\;", r"\gexec"])
def test_commands_that_send_end_a_statement(ending: str) -> None:
    """A file that is refused for them is still cut where psql cuts it."""
    text = f"select $1 {ending}\nselect 2;"
    assert [text[one.start : one.end] for one in split(text)] == ["select $1", "select 2"]


@pytest.mark.parametrize("variable", [":'name'", ':"Name"', ":{?name}", ":'größe_1'"])
def test_variables_of_psql_are_named(variable: str) -> None:
    """They never are SQL, except as the end of a slice or as a value of a JSON object."""
    for text in (f"select {variable};", f"select a[1], f({variable})", f"create table t{variable} ()"):
        (problem,) = scan(text).problems
        assert problem.offset == text.index(":")
        assert problem.message.startswith(variable)
    assert not scan(f"select 1; -- {variable}\nselect $${variable}$$").problems


COPIES = [
    "copy t from stdin",
    'COPY "T" ("a b", b) FROM STDIN',
    "copy s.from from stdin csv header",
    "copy t (a,b) from stdin with (format csv)",
    "Copy /* to */ binary t -- to\n From /* it */ Stdin",
    "copy t from stdout",
    'copy t("from (") from stdin where a > 1',
    "copy U&\"d!0061\" uescape '!' from stdin",
    "copy from_stdin from stdin delimiter ';' null 'to stdout'",
]
ROWS = [
    "",
    "1\ta\n",
    "it's; \"\n-- $$ /* \\\\\n",
    "\\N\t\\.\n \\.\n\\..\n\\.x\n",
    "create table no ();\n\n",
    "é\u2028\n",
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("copy", COPIES)
def test_rows_of_a_copy_are_no_sql(copy: str, rows: str, newline: str) -> None:
    r"""They begin on the next line and end before the line `\.`, whatever stands in them."""
    text = f"select 1; {copy} ; -- rows follow\n{rows}\\.\nselect 2;".replace("\n", newline)
    found = scan(text)
    assert not found.problems
    one, copied, two = found.statements
    assert copied.data is not None
    assert text[slice(*copied.data)] == rows.replace("\n", newline)
    assert text[copied.start : copied.end] == copy.replace("\n", newline)
    assert [text[x.start : x.end] for x in (one, two)] == ["select 1", "select 2"]


@pytest.mark.parametrize("ending", ["", "\\.", "\\.\r", "\\.\n", "\\.\r\n"])
def test_rows_may_end_with_the_text(ending: str) -> None:
    """As for psql, the end of the file ends them too."""
    text = f"copy t from stdin;\n1\n2\n{ending}"
    (statement,) = split(text)
    assert statement.data is not None
    assert text[slice(*statement.data)] == "1\n2\n"


@pytest.mark.parametrize(
    "text", ["copy t from stdin", "copy t from stdin;", "copy t from stdin;\n", "copy t from stdin;\n\\."]
)
def test_a_copy_may_have_no_rows(text: str) -> None:
    """Nothing follows: no rows, not no copy."""
    (statement,) = split(text)
    assert statement.data is not None
    assert text[slice(*statement.data)] == ""


@pytest.mark.parametrize("rest", ["select 2;", "/* a\n */ select 2;", "-- a\rselect 2;", "copy u from stdin;"])
def test_nothing_else_stands_on_a_copys_line(rest: str) -> None:
    """psql would run it after the rows that stand below it: refused, since nobody would read it so."""
    text = f"copy t from stdin; {rest}\n1\n\\.\nselect 3;"
    (problem,) = scan(text).problems
    assert "copy … from stdin" in problem.message
    assert problem.offset == len("copy t from stdin;")


def test_a_copys_line_may_end_with_comments() -> None:
    """Semicolons, blanks and comments change nothing."""
    found = scan("copy t from stdin ;; \t/* a */ -- b\r\n1\n\\.\n")
    assert not found.problems
    assert len(found.statements) == len(found.comments) == 1


PIECES = r"""
    ' '' " $ $$ $a $a$· /* /*/ */ ( ) ((; - --¶ ¶ · E'a'¶ E'\' E' :' :'a'· a· 1 1. [ e \ \.¶ \;a\ \g¶a ; ,( a[:'a'
    copy·t·from·stdin; copy·t·from·stdin;¶\.¶ copy·( create·function·begin·atomic· end;
"""


@pytest.mark.parametrize(
    "piece", [*(one.replace("·", " ").replace("¶", "\n") for one in PIECES.split()), "\r", "\ufeff"]
)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    """Four times the text takes about four times the time, whatever it repeats."""

    def seconds(size: int) -> float:
        text = "select " + piece * (size // len(piece))
        best = 9.0
        for _ in range(3):
            began = time.process_time()
            scan(text)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(80_000) < 8 * seconds(20_000) + 0.05
