"""Edits in the files of fixture sets: what they name changes, every other byte stays."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.place import Place
from pytest_nself.data.sets.tree import read_yaml_set
from pytest_nself.data.staleness.edits import Document, Edit, is_plain

SET = """\
# People.
set: people
tables:
  users:
    _defaults: &d {active: true, nick: x}   # kept
    alice: {full_name: "A B", age: 12, role: admin} # tail
    bob:
      full_name: Bob   # a name
      # about nick
      nick: |
        one
        two

      age: 3
    carl:
      nick: 'x'
    dora: {<<: *d, nick: }
  posts:
    - full_name: x
      nick: y
    - nick: z
    - {author: $users.alice, "nick": [a, b], full_name: y}
expect: {users: 4, posts: 3}
"""


def places(text: str, word: str) -> list[Place]:
    """Where the values of a key begin."""
    found = []
    for match in re.finditer(rf'{word}"?: ?(?=\S)', text):
        before = text[: match.end()]
        found.append(Place("f", before.count("\n") + 1, match.end() - before.rfind("\n")))
    return found


def renamed(text: str, old: str, new: str, *, is_json: bool = False) -> str:
    document = Document(text, is_json=is_json)
    pairs = [pair for place in places(text, old) for pair in document.pairs(place)]
    assert pairs
    return document.apply(document.rename(pair, new) for pair in pairs)


def removed(text: str, word: str, *, is_json: bool = False) -> str:
    """All keys of this name gone, by as many rounds as that takes, as `--fix` goes about it."""
    while found := [
        (document, pair)
        for document in [Document(text, is_json=is_json)]
        for place in places(text, word)
        for pair in document.pairs(place)
        if str(pair.key.value) == word
    ]:
        document = found[0][0]
        text = document.apply(document.remove(pair) for _, pair in found)
    return text


def test_a_key_is_renamed_wherever_it_stands() -> None:
    """In flow and in block style, in a list, in defaults; the difference to the old text is the word alone."""
    new = renamed(SET, "full_name", "display_name")
    assert new == SET.replace("full_name", "display_name")


def test_a_key_in_quotes_keeps_them_and_a_name_that_needs_them_gets_them() -> None:
    """`"nick"` stays in double quotes; a name with a blank is put into them."""
    assert '"alias": [a, b]' in renamed(SET, "nick", "alias")
    assert 'alice: {"full name": "A B"' in renamed(SET, "full_name", "full name")


def test_a_key_is_removed_with_its_value() -> None:
    """With its lines in block style, between its commas in flow style; comments of others stay."""
    new = removed(SET, "nick")
    assert new == (
        SET.replace(", nick: x}", "}")
        .replace("      nick: |\n        one\n        two\n", "")
        .replace("      nick: 'x'\n", "")
        .replace(", nick: }", "}" if ", nick: }" not in new else ", nick: }")
        .replace("      nick: y\n", "")
        .replace("    - nick: z\n", "    - {}\n")
        .replace('"nick": [a, b], ', "")
    )
    sets = read_yaml_set("people", new, "f")
    assert [len(table.rows) for table in sets.tables] == [4, 3]


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    """A file of Windows keeps its line ends, and its mark, through both kinds of edits."""
    text = "\ufeff" + SET.replace("\n", "\r\n")
    plain = text.removeprefix("\ufeff")
    document = Document(text)
    edits = [
        document.rename(pair, "display_name") for one in places(plain, "full_name") for pair in document.pairs(one)
    ]
    edits += [document.remove(pair) for one in places(plain, "nick")[1:2] for pair in document.pairs(one)]
    new = document.apply(edits)
    assert new.startswith("\ufeff# People.\r\n")
    assert "\n" not in new.replace("\r\n", "")
    assert new.count("display_name") == text.count("full_name")
    assert "one\r\n" not in new


def test_a_table_is_renamed_in_tables_and_in_expect() -> None:
    """Both keys are found; a column or a label of the same name is not."""
    document = Document(SET)
    assert len(list(document.table_pairs("users"))) == 2
    new = document.apply(document.rename(pair, "people") for pair in document.table_pairs("users"))
    assert new == SET.replace("users:", "people:")


def test_a_reference_is_found_by_its_place() -> None:
    """Wherever a scalar stands it can be replaced; a reference needs no quotes."""
    document = Document(SET)
    (place,) = places(SET, "author")
    node = document.scalar(place)
    assert node is not None
    assert document.apply([document.replace(node, "$people.alice")]) == SET.replace("$users.alice", "$people.alice")
    inside = document.scalar(Place("f", place.line, SET.splitlines()[(place.line or 0) - 1].index("[a") + 2))
    assert inside is not None
    assert inside.value == "a"


def test_a_value_is_replaced_in_its_own_style() -> None:
    """Quotes stay, a number stays bare, and what behind it is a comment stays one."""
    document = Document(SET)

    def replaced(place: Place, new: str, *, text: bool = True) -> str:
        (pair,) = document.pairs(place)
        return document.apply([document.replace(pair.value, new, text=text)])

    assert '"A \\"B\\"", age' in replaced(places(SET, "full_name")[0], 'A "B"')
    assert "age: 18, role" in replaced(places(SET, "age")[0], "18", text=False)
    assert "full_name: Rob   # a name" in replaced(places(SET, "full_name")[1], "Rob")
    assert 'full_name: "Rob: 1"   # a name' in replaced(places(SET, "full_name")[1], "Rob: 1")
    assert "nick: 'it''s'" in replaced(places(SET, "nick")[2], "it's")


def test_json_is_edited_as_json() -> None:
    """Tabs, commas and quotes of a JSON file are its own."""
    text = '{\n\t"tables": {"t": {"al": {"nick": "x", "full_name": "A"},\n\t"bo": {"full_name": "B", "nick": null}}}}\n'
    assert renamed(text, "full_name", "name", is_json=True) == text.replace("full_name", "name")
    new = removed(text, "nick", is_json=True)
    assert json.loads(new) == {"tables": {"t": {"al": {"full_name": "A"}, "bo": {"full_name": "B"}}}}
    assert new.startswith('{\n\t"tables": {"t": {"al": {"full_name": "A"},\n\t"bo"')


def test_the_last_two_keys_of_a_row_can_go() -> None:
    """Edits that touch each other are not mixed up: the rest is a round later."""
    text = "tables:\n  users:\n    a: {x: 1, y: 2, y2: 3}\n"
    document = Document(text)
    edits = [
        document.remove(pair)
        for word in ("y", "y2")
        for one in places(text, rf"\b{word}")
        for pair in document.pairs(one)
    ]
    once = document.apply(edits)
    assert read_yaml_set("s", once, "f").tables[0].rows[0].cells[0].text == "1"
    assert removed(removed(text, "y2"), "y") == "tables:\n  users:\n    a: {x: 1}\n"


@given(st.text(max_size=20))
def test_what_is_plain_reads_as_itself(text: str) -> None:
    """A text that is written without quotes is read as this text, in flow style too."""
    if is_plain(text):
        read = read_yaml_set("s", f"tables: {{t: {{a: {{x: {text}, y: 1}}}}}}", "f")
        cell = read.tables[0].rows[0].cells[0]
        assert (cell.kind.value, cell.text) == ("text", text)


def test_edits_never_overlap() -> None:
    """Of two that touch one place the first counts, whole."""
    document = Document("tables: {}\n")
    assert document.apply([Edit(0, 6, "A"), Edit(3, 8, "B"), Edit(8, 10, "C")]) == "A: C\n"


@pytest.mark.parametrize(
    "text", ["yes", "null", "1", "0x1", "a: b", "a #b", "[a", "*a", "&a", "- a", "", " a", "a\n", "~", "!x"]
)
def test_what_yaml_reads_otherwise_is_not_plain(text: str) -> None:
    """It gets quotes."""
    assert not is_plain(text)
