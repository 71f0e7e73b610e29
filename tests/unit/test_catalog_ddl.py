"""Texts of statements: options, labels of enums, expressions as the server writes them, sequences."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_nself.catalog.ddl import Ddl, Scene, change_options, options_text
from pytest_nself.catalog.deparsed import reparsable
from pytest_nself.catalog.foreign_options import changed_foreign_options, foreign_options
from pytest_nself.catalog.kinds import kinds
from pytest_nself.core.names import ObjectRef, parse_qualified, quote_literal

from .facts import catalog, entry

_text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
_names = st.one_of(st.sampled_from(["fillfactor", "autovacuum_enabled", "user"]), _text.filter(bool))
_option_names = _names.filter(lambda name: "=" not in name)
_options = st.dictionaries(_option_names, st.one_of(_text, st.sampled_from(["70", "0.5", "-1", "true", "1e5"])))

_LITERAL = r" ?E?'(?:[^'\\]|''|\\\\)*'"
_NAME = r'"(?:[^"]|"")+"|\w+'


def listed(options: dict[str, str]) -> list[str]:
    """Options as the server lists them."""
    return [f"{name}={value}" for name, value in options.items()]


def unquoted(literal: str) -> str:
    """The value of a literal, or of a bare word."""
    literal = literal.strip()
    if literal.startswith("E'"):
        return literal[2:-1].replace("''", "'").replace("\\\\", "\\")
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else literal


def said(text: str) -> dict[str, str]:
    """What `a=1, "B"='x'` says."""
    pairs = re.findall(rf"({_NAME})=({_LITERAL}|[\w.-]+)(?:, |$)", text)
    assert ", ".join(f"{name}={value}" for name, value in pairs) == text
    return {parse_qualified(name)[0]: unquoted(value) for name, value in pairs}


@given(_options)
def test_options_say_what_the_server_listed(options: dict[str, str]) -> None:
    """Names and values come back, whatever they hold."""
    assert said(options_text(listed(options))) == options


@given(_options, _options)
def test_options_change_from_one_to_the_other(before: dict[str, str], after: dict[str, str]) -> None:
    """At most one `set` and one `reset`; without a difference nothing."""
    statements = change_options("alter table t", listed(before), listed(after))
    state = dict(before)
    for statement in statements:
        if body := re.fullmatch(r"alter table t set \((.+)\)", statement, re.DOTALL):
            state |= said(body[1])
        else:
            body = re.fullmatch(r"alter table t reset \((.+)\)", statement, re.DOTALL)
            assert body is not None
            for name in re.findall(_NAME, body[1]):
                del state[parse_qualified(name)[0]]
    assert state == after
    assert len(statements) <= 2
    assert change_options("alter table t", listed(after) or None, listed(after)) == []


def test_options_of_toast_have_a_prefix() -> None:
    """The prefix stands before each name."""
    assert change_options("alter table t", ["a=1"], ["b=2"], "toast.") == [
        "alter table t set (toast.b=2)",
        "alter table t reset (toast.a)",
    ]


@given(_options, _options)
def test_foreign_options_change_from_one_to_the_other(before: dict[str, str], after: dict[str, str]) -> None:
    """`add` what is new, `set` what is other, `drop` what is gone, and each option once."""
    text = changed_foreign_options(listed(before), listed(after))
    parts = re.findall(rf"(add|set) ({_NAME}) ({_LITERAL})|drop ({_NAME})", text)
    state = dict(before)
    for verb, name, value, gone in parts:
        if gone:
            del state[parse_qualified(gone)[0]]
        else:
            assert (parse_qualified(name)[0] in before) is (verb == "set")
            state[parse_qualified(name)[0]] = unquoted(value)
    assert state == after
    made = re.findall(rf"({_NAME}) ({_LITERAL})", foreign_options(listed(after)))
    assert {parse_qualified(name)[0]: unquoted(value) for name, value in made} == after


def changed_enum(before: list[str], after: list[str]) -> list[Ddl] | None:
    """What the rule for enums writes."""
    ref = ObjectRef("enum", "public", "Mood")
    old, new = entry(ref, labels=before), entry(ref, labels=after)
    written = kinds()["enum"].alter(old, new, frozenset({"labels"}), Scene(catalog(old), catalog(new)))
    return None if written is None else [one if isinstance(one, Ddl) else Ddl(one) for one in written]


_labels = st.lists(_text.filter(bool), unique=True, max_size=8)


@given(_labels, st.data())
def test_labels_are_put_where_they_belong(after: list[str], data: st.DataObject) -> None:
    """From any part of its labels in their order an enum becomes the whole, one label at a time."""
    before = [label for label in after if data.draw(st.booleans())]
    assume(before != after)
    state = list(before)
    written = changed_enum(before, after)
    assert written is not None
    assert len(written) == len(after) - len(before)
    for one in written:
        literal = r" ?E?'(?:[^'\\]|''|\\\\)*'"
        found = re.fullmatch(
            rf'alter type public\."Mood" add value ({literal})( before ({literal}))?', one.text, re.DOTALL
        )
        assert found is not None, one.text
        label = unquoted(found[1])
        state.insert(state.index(unquoted(found[3])) if found[2] else len(state), label)
        # No statement of the same transaction may use the new label.
        assert one.commits_before == (quote_literal(label).strip(),)
    assert state == after


@given(_labels, _labels)
def test_labels_that_go_or_move_need_a_new_type(before: list[str], after: list[str]) -> None:
    """An enum cannot lose a label, nor change their order."""
    kept = [label for label in after if label in before]
    assume(kept != before)
    assert changed_enum(before, after) is None


_literals = st.text(st.sampled_from("ab '(,:[]"), max_size=5).map(lambda text: "'" + text.replace("'", "''") + "'")
_left = st.sampled_from(["v", '"State"', "(v)::character varying", "COALESCE(v, w)", "t.v", "f(g(v))"])


@given(
    _left,
    st.sampled_from(["= ANY", "<> ALL"]),
    st.lists(_literals, min_size=1, max_size=4),
    st.sampled_from(["character varying", "character varying(10)", "numeric", 'public."State"']),
)
def test_the_type_of_an_array_is_said(left: str, operator: str, items: list[str], type_: str) -> None:
    """`varchar in (…)` and the like are written with the type of the list; done again it stays as it is."""
    listed = ", ".join(f"{literal}::{type_}" for literal in items)
    text = f"CHECK ((({left})::text {operator} ((ARRAY[{listed}])::text[])))"
    said = f"CHECK ((({left})::text {operator} ((ARRAY[{listed}]::{type_}[])::text[])))"
    assert reparsable(text) == said
    assert reparsable(said) == said


@given(st.one_of(_text, st.text(st.sampled_from("v()=:[],'AR tex"), max_size=60)))
def test_other_texts_are_left_alone(text: str) -> None:
    """Nothing else is touched, and a text once written stays so."""
    if "ARRAY[" not in text:
        assert reparsable(text) == text
    assert reparsable(reparsable(text)) == reparsable(text)


@pytest.mark.parametrize(
    "text",
    [
        "(state = ANY (ARRAY['a'::text, 'b'::text]))",
        "((state)::text = ANY ((ARRAY[one, two])::text[]))",
        "((state)::text ~~ 'ARRAY['::text)",
        "((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying(3)])::text[]))",
        "((state)::text = ANY ((ARRAY['a'::character varying[], 'b'::character varying[]])::text[]))",
        "comment on table t is '(v)::text = ANY ((ARRAY[''a''::character varying, ''b''::character varying])::text[])'",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    """Arrays of several types, of columns, of arrays, and what stands inside of a string."""
    assert reparsable(text) == text


BOUNDS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    """What the server may say of a sequence."""
    type_ = draw(st.sampled_from(sorted(BOUNDS)))
    top = BOUNDS[type_]
    low, high = sorted(draw(st.lists(st.integers(-top - 1, top), min_size=2, max_size=2, unique=True)))
    if draw(st.booleans()):
        low, high = (1, top)
    increment = draw(st.integers(-5, 5).filter(bool))
    return {
        "type": type_,
        "start": draw(st.integers(low, high)),
        "increment": increment,
        "minvalue": low,
        "maxvalue": high,
        "cache": draw(st.integers(1, 9)),
        "cycle": draw(st.booleans()),
        "persistence": "permanent",
    }


def settings(text: str) -> dict[str, Any]:
    """The settings that a statement on a sequence names."""
    found: dict[str, Any] = {}
    words = {"start with": "start", "increment by": "increment", "minvalue": "minvalue", "maxvalue": "maxvalue"}
    for word, number in re.findall(r"(start with|increment by|minvalue|maxvalue|cache) (-?\d+)", text):
        found[words.get(word, word)] = int(number)
    if " cycle" in text:
        found["cycle"] = "no cycle" not in text
    if type_ := re.search(r" as (\w+)", text):
        found["type"] = type_[1]
    return found


@given(sequences())
def test_a_new_sequence_is_as_it_was_read(wanted: dict[str, Any]) -> None:
    """What the statement leaves out is what the server takes by itself."""
    ref = ObjectRef("sequence", "public", "s")
    (text,) = kinds()["sequence"].create(entry(ref, **wanted), Scene(catalog(), catalog()))
    assert isinstance(text, str)
    given_ = settings(text)
    top = BOUNDS[given_.get("type", "bigint")]
    up = given_.get("increment", 1) > 0
    made = {"type": "bigint", "increment": 1, "cache": 1, "cycle": False, "persistence": "permanent"}
    made |= {"minvalue": 1 if up else -top - 1, "maxvalue": top if up else -1} | given_
    assert {"start": made["minvalue"] if up else made["maxvalue"]} | made == wanted


@given(sequences(), sequences())
def test_a_sequence_changes_what_differs(before: dict[str, Any], after: dict[str, Any]) -> None:
    """With another type every bound is said, since the type may move it; else exactly what differs."""
    ref = ObjectRef("sequence", "public", "s")
    old, new = entry(ref, **before), entry(ref, **after)
    names = frozenset(name for name in before if before[name] != after[name])
    assume(names)
    written = kinds()["sequence"].alter(old, new, names, Scene(catalog(old), catalog(new)))
    assert written is not None
    (text,) = written
    assert isinstance(text, str)
    named = settings(text)
    assert {**before, **named} == after
    if "type" not in names:
        assert set(named) == names
    assert ("restart" in text.split()) is not (
        (before["increment"] > 0) is (after["increment"] > 0)
        and after["minvalue"] <= before["start"] <= after["maxvalue"]
    )
