"""Table partials: what a table takes over, and in which order."""

from __future__ import annotations

from pytest_nself.schema.model import Injection, Note, Schema
from pytest_nself.schema.reader import read_schema

PARTIALS = """
TablePartial base [headercolor: #111111, note: 'base'] {
  id int [pk]
  created timestamptz
  // hasura:permissions user:select[id]
  indexes { created [name: 'c'] }
  checks { `id > 0` }
}
TablePartial soft [headercolor: #222222] {
  deleted timestamptz
  created date [ref: > days.day]
  parent int [ref: > id]
}
"""


def read(text: str) -> Schema:
    return read_schema(PARTIALS + text, "schema.dbml")


def test_columns_stand_where_the_partial_was_named() -> None:
    """A partial's columns come at its place among the table's own, marked with its name."""
    table = read("Table t {\n  a int\n  ~base\n  b int\n}").tables[0]
    assert [(one.name, one.partial) for one in table.columns] == [
        ("a", None),
        ("id", "base"),
        ("created", "base"),
        ("b", None),
    ]
    assert table.partials == (Injection("base", 1),)


def test_the_table_wins_and_then_the_last_partial() -> None:
    """Of columns with one name the table's own is kept, else that of the partial named last."""
    table = read("Table t {\n  ~base\n  ~soft\n  id text\n}").tables[0]
    assert [(one.name, one.type.name, one.partial) for one in table.columns] == [
        ("deleted", "timestamptz", "soft"),
        ("created", "date", "soft"),
        ("parent", "int", "soft"),
        ("id", "text", None),
    ]


def test_settings_and_notes_follow_the_same_order() -> None:
    """Colour and note are the table's own, else those of the last partial that has one."""
    own, taken = read(
        "Table t [headercolor: #333333] { ~base\n a int\n Note: 'own' }\nTable u { ~base\n ~soft }"
    ).tables
    assert (own.note, own.settings[0].value and own.settings[0].value.text) == (Note("own"), "#333333")
    assert (taken.note, taken.settings[0].value and taken.settings[0].value.text) == (Note("base"), "#222222")


def test_indexes_checks_and_directives_come_along() -> None:
    """They follow the table's own, marked with the partial."""
    table = read("Table t {\n  a int\n  indexes { a }\n  ~base\n}").tables[0]
    assert [(one.items[0].text, one.partial) for one in table.indexes] == [("a", None), ("created", "base")]
    assert [(one.expression, one.partial) for one in table.checks] == [("id > 0", "base")]
    assert [one.word for one in table.directives] == ["permissions"]


def test_references_start_at_each_table() -> None:
    """An inline reference of a partial becomes one of every table that takes it; a column alone is the table's own."""
    schema = read("Table app.t { ~soft\n id int }\nTable u { ~soft\n id int }")
    assert sorted((str(ref.left), str(ref.right), ref.partial) for ref in schema.refs) == [
        ("app.t.created", "days.day", "soft"),
        ("app.t.parent", "app.t.id", "soft"),
        ("u.created", "days.day", "soft"),
        ("u.parent", "u.id", "soft"),
    ]


def test_the_partial_itself_is_kept() -> None:
    """What a partial says is there as it was written, whether it is used or not."""
    base, soft = read("Table t { a int }").partials
    assert ([one.name for one in base.columns], [one.name for one in soft.columns]) == (
        ["id", "created"],
        ["deleted", "created", "parent"],
    )
