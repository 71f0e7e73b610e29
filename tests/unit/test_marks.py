"""Marked files: divided where their tool would divide them, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.migrations.migration import Migrations
from pytest_nself.migrations.reading.sections import sections_of
from pytest_nself.migrations.statements import scan, split
from pytest_nself.migrations.statements.between import surely_between_statements

Errors = Callable[[Migrations], list[tuple[str, str]]]

MARKS = [
    ("-- UP", "-- DOWN"),
    ("--up:", "--   Down :"),
    ("-- ==== UP ====", "-- ---- DOWN ----"),
    ("-- Up Migration", "-- Down Migration"),
    ("-- migrate:up", "-- migrate:down"),
    ("-- migrate:up transaction:true", "--migrate:down  "),
    ("-- +goose Up", "-- +goose Down"),
    ("-- +goose up", "-- +GOOSE DOWN"),
    ("-- +migrate Up", "-- +migrate Down"),
]


@pytest.mark.parametrize(("up", "down"), MARKS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_marks(folder: Any, up: str, down: str, line_end: str, bom: bytes) -> None:
    """A marked file is divided at its marks in any spelling and line end; places are the file's lines."""
    lines = ["-- Migration: 1_a", "-- Created: 2026-01-22", up, "select 1;", "", down, "select 2;", ""]
    (one,) = folder.read({"1_a.sql": bom + line_end.join(lines).encode()})
    assert (one.up, one.down) == ("select 1;\n\n", "select 2;\n")
    assert one.down_place is not None
    assert (one.place.line, one.down_place.line) == (4, 7)
    assert not one.directives.no_transaction


@pytest.mark.parametrize(("up", "down"), MARKS[::2])
def test_marks_inside_quotes_and_bodies_are_text(folder: Any, up: str, down: str) -> None:
    """A mark in a string, a function's body, parentheses or a block comment divides nothing."""
    inside = (
        f"create function f() returns text language plpgsql as $b$\nbegin\n{down}\nreturn '\n{up}\n';\nend $b$;\n"
        f"/*\n{down}\n*/\ncreate table t (\n{down}\na int\n);\nselect '\n{down}\n';\n"
        f"create function g() returns int language sql begin atomic\n{down}\nselect 1;\nend;\n"
        f"select 1 as \"\n{down}\n\";\nselect E'\\'\n{down}\n';\n"
    )
    (one,) = folder.read({"1_a.sql": f"{up}\n{inside}{down}\ndrop table t;\n"})
    assert (one.up, one.down) == (inside, "drop table t;\n")


def test_no_transaction_as_each_tool_says_it(folder: Any) -> None:
    """dbmate and sql-migrate say it of a part, goose of the file."""
    found = folder.read(
        {
            "1_a.sql": "-- migrate:up transaction:false\nselect 1;\n-- migrate:down\nselect 2;",
            "2_b.sql": "-- migrate:up\nselect 1;\n-- migrate:down transaction:false\nselect 2;",
            "3_c.sql": "-- +migrate Up notransaction\nselect 1;\n-- +migrate Down\nselect 2;",
            "4_d.sql": "-- +migrate Up\nselect 1;\n-- +migrate Down NoTransaction\nselect 2;",
            "5_e.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;",
            "6_f.sql": "-- +goose Up\n-- +goose no transaction\nselect 1;",
        }
    )
    said = [(one.directives.no_transaction, one.directives.down_no_transaction) for one in found]
    assert said == [(True, False), (False, True), (True, False), (False, True), (True, True), (True, True)]


GOOSE_BODY = """-- +goose Up
-- +goose StatementBegin
create function f() returns int language plpgsql as $$
begin
    return 1; -- +goose Down
end
$$;
-- +goose StatementEnd
select f();

-- +goose Down
-- +goose StatementBegin
drop function f();
-- +goose StatementEnd
"""


def test_statement_begin_and_end_are_comments(folder: Any) -> None:
    """They help tools that cut at semicolons; for us they stay in the text as comments."""
    goose, rubenv = folder.read({"1_a.sql": GOOSE_BODY, "2_b.sql": GOOSE_BODY.replace("goose", "migrate")})
    assert goose.up.startswith("-- +goose StatementBegin\ncreate function")
    assert goose.down == "-- +goose StatementBegin\ndrop function f();\n-- +goose StatementEnd\n"
    assert rubenv.layout == "marked -- +migrate Up"


@pytest.mark.parametrize("tool", ["goose", "migrate"])
def test_statement_end_ends_a_statement(folder: Any, tool: str) -> None:
    """Where a statement lacks its semicolon before StatementEnd, one is put; nothing else is touched."""
    (one,) = folder.read(
        {
            "1_a.sql": f"-- +{tool} Up\n-- +{tool} StatementBegin\ncreate table a (id int) -- no end\n"
            f"-- +{tool} StatementEnd\n-- +{tool} StatementBegin\nselect 1;\n-- +{tool} StatementEnd\n"
            f"create table b (id int)\n-- +{tool} Down\n-- +{tool} StatementBegin\ndrop table a, b\n"
            f"-- +{tool} StatementEnd\n"
        }
    )
    assert [one.up[part.start : part.end] for part in split(one.up)] == [
        "create table a (id int)",
        "select 1",
        "create table b (id int)",
    ]
    assert "create table a (id int); -- no end\n" in one.up
    assert "drop table a, b\n" in one.down


@pytest.mark.parametrize(
    ("text", "rule", "line", "message"),
    [
        ("-- UP\nx;\n-- DOWN\ny;\n-- UP\nz;", "repeated-part", 5, "second UP"),
        ("x;\n-- UP\ny;", "outside-parts", 1, "never run"),
        ("-- a\nx;\n-- +goose Down\ny;", "outside-parts", 2, "before the DOWN"),
        ("-- DOWN\ny;", "missing-up", 1, "nothing that it could take back"),
        ("-- +goose Down\ny;", "missing-up", 1, "nothing that it could take back"),
        ("-- +goose NO TRANSACTION\ny;", "missing-up", 1, "no part begins"),
        ("-- +goose ENVSUB ON\n-- +goose Up\ny;", "mark", 1, "ENVSUB puts variables"),
        ("-- +goose Upp\ny;", "mark", 1, "did you mean Up?"),
        ("-- +migrate StatementBgin\ny;", "mark", 1, "did you mean StatementBegin?"),
        ("-- +migrate Up noTransactions\ny;", "mark", 1, "`notransactions` is not an option"),
        ("-- migrate:up transaction:no\ny;", "mark", 1, "`transaction:no` is not an option of migrate:up"),
        ("-- +goose Up\n-- +goose StatementBegin\ny;\n-- +goose Down\nz;", "mark", 2, "no StatementEnd"),
        ("-- +goose Up\n-- +goose StatementBegin\ny;", "mark", 2, "no StatementEnd"),
        ("-- +goose Up\ny;\n-- +goose StatementEnd\n", "mark", 3, "no StatementBegin"),
        ("-- +goose Up\nx;\n-- migrate:down\ny;", "mixed-marks", 3, "among marks of another kind"),
        ("-- migrate:up\nx;\n-- DOWN\ny;", "mixed-marks", 3, "among marks of another kind"),
    ],
)
def test_marks_that_cannot_be_meant(folder: Any, errors: Errors, text: str, rule: str, line: int, message: str) -> None:
    """A file that could be divided in two ways, or in none, is an error on its line."""
    found = folder.read({"1_a.sql": text})
    assert errors(found) == [("1_a.sql", rule)]
    assert found.findings[0].place is not None
    assert found.findings[0].place.line == line
    assert message in found.findings[0].message


@pytest.mark.parametrize(
    "text",
    [
        "-- Down\n-- +goose Up\nselect 1;\n-- Down\n-- +goose Down\nselect 2;\n",
        "-- migrate:up\n-- up\nselect 1;\n-- migrate:down\n-- Down\nselect 2;\n",
    ],
)
def test_headlines_beside_a_tools_marks_are_comments(folder: Any, errors: Errors, text: str) -> None:
    """Bare words that agree with the tool's marks, or that nothing follows, change nothing."""
    found = folder.read({"1_a.sql": text})
    assert not errors(found)
    assert "select 2;" in found.migrations[0].down


PIECES = st.sampled_from(
    [
        "select 1;\n",
        "select 'it''s;';\n",
        "select E'\\';' ;\n",
        'select 1 as "a;b";\n',
        "select $$ ; \n-- DOWN\n $$;\n",
        "select $a$ $$ ; $a$;\n",
        "/* ; \n-- DOWN\n /* */ */\n",
        "/* plain */\n",
        "-- it's\n",
        "-- DOWN\n",
        "-- UP\n",
        "select (1,\n-- DOWN\n2);\n",
        "select 1\n",
        "a - b / c;\n",
        "create rule r as on insert to t do (select 1;\n-- DOWN\nselect 2);\n",
        "create function f() returns int begin atomic\n-- DOWN\nselect 1; end;\n",
        "select 'open\n-- DOWN\n';\n",
        "select a$b$c;\n-- DOWN\nselect a$b$c;\n",
        "\n",
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_the_quick_look_never_disagrees_with_the_scanner(text: str) -> None:
    """Where it is sure that a mark stands between statements, the scanner has found a comment there."""
    comments = {text.rfind("\n", 0, comment.start) + 1 for comment in scan(text).comments}
    for offset in (at for at in range(len(text)) if text.startswith(("-- DOWN\n", "-- UP\n"), at)):
        if surely_between_statements(text, text.lower(), [offset]):
            assert offset in comments


@given(st.lists(PIECES.filter(lambda piece: piece not in ("-- DOWN\n", "-- UP\n")), max_size=6).map("".join))
def test_what_is_divided_is_all_there(body: str) -> None:
    """Around any text without marks of its own, the two marks give back exactly that text."""
    parts = sections_of(f"-- UP\n{body};\n-- DOWN\n{body}", "1_a.sql", marked=True)
    if not parts.problems:
        assert parts.down is not None
        assert (parts.up.text, parts.down.text) == (f"{body};\n", body)


NOISE = st.sampled_from(
    [
        *(mark + "\n" for pair in MARKS for mark in pair),
        "-- +goose StatementBegin\n",
        "-- +goose StatementEnd\n",
        "-- +migrate StatementEnd\n",
        "-- +goose NO TRANSACTION\n",
        "-- nself:no-transaction\n",
        "-- depends_on: a\n",
        "begin",
        "atomic ",
        "end",
        ";",
        "(",
        ")",
        "'",
        "$$",
        "/*",
        "*/",
        "\\x",
        "\\restrict a\n",
        "copy t from stdin;\n",
        "\\.\n",
        "create function f() ",
        "case ",
        "\r",
        "\n",
    ]
)


@given(st.lists(NOISE | PIECES, max_size=14).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in a file, it is divided or has problems with a place; nothing crashes or runs forever."""
    parts = sections_of(text, "1_a.sql", marked=True)
    assert all(problem.place.line for problem in parts.problems)
    if not parts.problems and not parts.dialect:
        assert parts.up.text == text
