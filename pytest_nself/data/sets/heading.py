"""What stands beside `tables:` in a fixture set: its name, what it extends, what it expects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.core.place import Place
from pytest_nself.data.written.names import name_parts, table_of
from pytest_nself.data.written.values import place_of, scalar_text, twice

from .fixture_set import Expected, FixtureSet, Named, Needed, Polymorphic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruamel.yaml.nodes import Node

HEADINGS = ("set", "extends", "expect", "depends_on", "polymorphic")
EXAMPLE = "users: {alice: {email: alice@example.com}}"

_MAP = "tag:yaml.org,2002:map"


def read_heading(fixture_set: FixtureSet, heading: Mapping[str, Node], file: str) -> FixtureSet:
    """`fixture_set` with what `heading` says of it; FixtureError with the place of what is unclear."""
    if "set" in heading:
        _check_name(fixture_set.name, heading["set"], file)
    return replace(
        fixture_set,
        extends=_extends(heading["extends"], file) if "extends" in heading else (),
        expects=_expects(heading["expect"], file) if "expect" in heading else (),
        needs=_needs(heading["depends_on"], file) if "depends_on" in heading else (),
        polymorphic=_polymorphic(heading["polymorphic"], file) if "polymorphic" in heading else (),
    )


def _extends(node: Node, file: str) -> tuple[Named, ...]:
    found: dict[str, Named] = {}
    for one in _listed(node):
        name, place = scalar_text(one), place_of(one, file)
        if not name:
            raise FixtureError(
                "extends: lists the names of other sets.",
                "",
                "write for example: extends: [reference-data]",
                place=place,
            )
        if name in found:
            raise twice(name, found[name].place, place)
        found[name] = Named(name, place)
    return tuple(found.values())


def _expects(node: Node, file: str) -> tuple[Expected, ...]:
    found = []
    for key, value in entries(node, file, "expect:"):
        text = scalar_text(value)
        if text is None or not text.isascii() or not text.isdigit():
            raise FixtureError(
                "expect: holds numbers of rows.",
                "",
                "write for example: expect: {users: 2}",
                place=place_of(value, file),
            )
        found.append(Expected(table_named(key, file), int(text), place_of(key, file)))
    return tuple(found)


def _needs(node: Node, file: str) -> tuple[Needed, ...]:
    from ruamel.yaml.nodes import MappingNode

    if not isinstance(node, MappingNode):
        raise FixtureError(
            "depends_on: says for a table which tables come before it.",
            "Sets that come first stand in extends:.",
            "write for example: depends_on: {posts: [settings]}",
            place=place_of(node, file),
        )
    return tuple(
        Needed(table_named(key, file), table_named(one, file), place_of(one, file))
        for key, value in entries(node, file, "depends_on:")
        for one in _listed(value)
    )


def _polymorphic(node: Node, file: str) -> tuple[Polymorphic, ...]:
    return tuple(
        declared(
            word_of(key, file),
            {word_of(one, file): _text(inner, file) for one, inner in entries(value, file, "a polymorphic reference")},
            place_of(key, file),
        )
        for key, value in entries(node, file, "polymorphic:")
    )


def declared(name: str, said: Mapping[str, str], place: Place) -> Polymorphic:
    """`comments.commentable` with `{posts: Post, type: …, key: …}`; FixtureError for a name that is none."""
    parts = name_parts(name)
    if parts is None or not 2 <= len(parts) <= 3:
        raise FixtureError(
            f"{name} does not name a reference of a table.",
            "It is the table and the word that rows use.",
            "write for example: polymorphic: {comments.commentable: {posts: Post, users: User}}",
            place=place,
        )
    values = dict(said)
    return Polymorphic(
        ObjectRef("table", parts[0] if len(parts) == 3 else None, parts[-2]),
        parts[-1],
        values.pop("type", f"{parts[-1]}_type"),
        values.pop("key", f"{parts[-1]}_id"),
        values,
        place,
    )


def _listed(node: Node) -> list[Node]:
    from ruamel.yaml.nodes import SequenceNode

    return list(node.value) if isinstance(node, SequenceNode) else [node]


def _text(node: Node, file: str) -> str:
    text = scalar_text(node)
    if text is None:
        raise FixtureError(
            "A text is missing here.", "", "write the value of the type column", place=place_of(node, file)
        )
    return text


def table_named(node: Node, file: str) -> ObjectRef:
    """The table that a key or a name stands for; FixtureError with its place."""
    word = scalar_text(node) or ""
    table = table_of(word)
    if table is None:
        raise FixtureError(
            f"{word} is not a table name." if word else "A table name is missing here.",
            """Known forms are users, app.users and '"User Table"'.""",
            "put double quotes around a part with blanks or dots, and single quotes around the whole for YAML",
            place=place_of(node, file),
        )
    return table


def entries(node: Node, file: str, what: str) -> list[tuple[Node, Node]]:
    """Key and value nodes of a mapping, each key once; FixtureError if `node` is something else."""
    from ruamel.yaml.nodes import MappingNode

    if not isinstance(node, MappingNode) or node.tag != _MAP:
        raise FixtureError(
            f"{what[0].upper()}{what[1:]} must be a mapping of names to values.",
            "Here stands something else.",
            f"write it as in {EXAMPLE}",
            place=place_of(node, file),
        )
    seen: dict[str, Place] = {}
    for key, _ in node.value:
        word, place = word_of(key, file), place_of(key, file)
        if word in seen:
            raise twice(word, seen[word], place)
        seen[word] = place
    return list(node.value)


def word_of(key: Node, file: str) -> str:
    """The text of a key; FixtureError if it is none."""
    word = scalar_text(key)
    if word is None or not word:
        raise FixtureError(
            "A name is missing here.",
            "A key must be a word.",
            "write a name before the colon",
            place=place_of(key, file),
        )
    return word


def _check_name(name: str, node: Node, file: str) -> None:
    word = scalar_text(node)
    if word != name:
        raise FixtureError(
            f'The set calls itself "{word}", its file is called "{name}".',
            "A set is found by the name of its file.",
            "rename one of them, or leave out set:",
            place=place_of(node, file),
        )
