"""Comments of a schema.dbml, and those that say something to us."""

from __future__ import annotations

import pytest

from pytest_nself.core.finding import Severity
from pytest_nself.schema.reader import read_schema, read_text


def test_a_comment_belongs_to_what_it_stands_at() -> None:
    """Above it, behind it or in it; what a blank line parts from an element is the file's."""
    schema = read_schema(
        """// of the file

// above the table
/* and more */
Table t { // head
  // above a
  a int [ // in a
    pk
  ] // behind a
  b int /* behind b */

  // above the indexes
  indexes {
    // above the index
    a // behind the index
  }
  // last
} // behind
// above the enum
Enum e {
  x // behind x
  // end
}

// end of the file
""",
        "schema.dbml",
    )
    (table,), (enum,) = schema.tables, schema.enums

    def texts(comments: object) -> list[str]:
        return [comment.text for comment in comments]  # type: ignore[attr-defined]

    assert texts(schema.comments) == ["of the file", "end of the file"]
    assert texts(table.comments) == ["above the table", "and more", "head", "above the indexes", "last", "behind"]
    assert texts(table.columns[0].comments) == ["above a", "in a", "behind a"]
    assert texts(table.columns[1].comments) == ["behind b"]
    assert texts(table.indexes[0].comments) == ["above the index", "behind the index"]
    assert texts(enum.comments) == ["above the enum", "end"]
    assert texts(enum.values[0].comments) == ["behind x"]


def test_no_comment_is_lost() -> None:
    """Whatever stands around it, each comment is somewhere in the schema, once."""
    text = """//1
Project p { //2
  database_type: 'x' //3
  //4
} //5
//6
Table t { //7
  note: 'x' //8
  //9
  a int //10
  ~p //11
  checks { //12
    `a > 0` //13
  } //14
  records { //15
    1 //16
  } //17
} //18
TablePartial p { b int //19
}
Ref { //20
  t.a > t.b //21
  //22
} //23
TableGroup g { //24
  t //25
  //26
}
Note n { 'x' } //27
Ref: t.b > t.a //28
use * from './x' //29
//30
"""
    schema = read_schema(text, "schema.dbml")
    found = repr(schema)
    for number in range(1, 31):
        # A partial's column is in the partial and in the table that takes it.
        assert found.count(f"Comment(text='{number}')") == (2 if number == 19 else 1), number


def test_directives_of_a_table() -> None:
    """A directive anywhere in the body, or right above the table, is the table's; its words are told apart."""
    (table,) = read_schema(
        """
// hasura:permissions admin:*
Table users {
  id uuid [pk]
  indexes {
    id // hasura:relationship comments[author_id->id]
  }
  /* hasura: permissions user:select[id,email] */
  // hasura:relationship posts[author_id->id]
}
""",
        "schema.dbml",
    ).tables
    assert [(one.word, one.rest) for one in table.directives] == [
        ("permissions", "admin:*"),
        ("relationship", "comments[author_id->id]"),
        ("permissions", "user:select[id,email]"),
        ("relationship", "posts[author_id->id]"),
    ]
    assert [str(one.place) for one in table.directives][-1] == "schema.dbml:9:3"
    assert table.comments == ()


def test_a_directive_behind_a_column_is_the_columns() -> None:
    """On the line of a column it says something about that column."""
    (table,) = read_schema(
        "Table t {\n  a int [pk] // hasura:permissions user:select\n  b int\n}", "schema.dbml"
    ).tables
    assert [one.rest for one in table.columns[0].directives] == ["user:select"]
    assert (table.directives, table.columns[0].comments) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "// hasura:permissions user:*\n\nTable t { a int }",
        "// hasura:permissions user:*\nEnum e { a }",
        "Enum e {\n  a // hasura:permissions user:*\n}",
        "Table t { a int }\n// hasura:permissions user:*\n",
        "TableGroup g {\n  // hasura:permissions user:*\n}",
        "DiagramView v {\n  // hasura:permissions user:*\n}",
    ],
)
def test_a_directive_elsewhere_is_an_error(text: str) -> None:
    """It would be silently without effect: it is told with its line."""
    errors = read_text(text, "f").findings.at_least(Severity.ERROR)
    line = next(number for number, one in enumerate(text.split("\n"), 1) if "hasura" in one)
    assert [error.place and error.place.line for error in errors] == [line]


def test_an_unknown_directive_is_an_error() -> None:
    """A misspelt word is answered with the one that was meant."""
    (error,) = read_text("Table t {\n  a int\n  // hasura:permission user:*\n}", "f").findings
    assert (str(error.place), error.remedy) == ("f:3:3", 'Did you mean "permissions"?')


def test_a_comment_that_only_mentions_hasura_is_a_comment() -> None:
    """A directive begins with its family and a colon."""
    (table,) = read_schema("Table t {\n  a int\n  // see hasura: permissions\n  // hasura is used\n}", "f").tables
    assert (len(table.comments), table.directives) == (2, ())
