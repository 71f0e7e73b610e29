"""Factories written out, to start from: one class for each table, parents first."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator, Sequence

from pytest_nself.core.names import ObjectRef
from pytest_nself.data.sets.meaning import stems
from pytest_nself.data.sets.named_tables import short_name
from pytest_nself.data.shape.model import Column, Reference, Shape, Table, TypeKind
from pytest_nself.data.shape.order import circles, root_of

_HEAD = '''"""Factories of this project's tables: written by `nself db factories generate`, and yours to change.

Columns that nothing is declared for get values that the database accepts, by their types and checks.
"""
'''
_WIDTH = 110


def factories_source(shape: Shape, refs: Collection[ObjectRef]) -> str:
    """Python source with a factory for each of these tables."""
    tables = [shape.tables[ref] for ref in _parents_first(shape, refs)]
    names = _class_names(tables)
    known: dict[ObjectRef, str] = {}
    classes: list[str] = []
    for table in tables:
        classes.append("\n".join(_class(shape, table, names[table.ref], known)))
        known[table.ref] = names[table.ref]
    uses = any("factory." in line for text in classes for line in text.splitlines() if not line.strip().startswith("#"))
    imports = "import factory\n\n" if uses else ""
    return "\n\n\n".join([f"{_HEAD}\n{imports}from pytest_nself import NselfFactory", *classes]) + "\n"


def _class(shape: Shape, table: Table, name: str, known: dict[ObjectRef, str]) -> Iterator[str]:
    yield f"class {name}(NselfFactory):"
    yield "    class Meta:"
    yield f"        table = {_string(short_name(shape, table.ref))}"
    keys = {column for reference in table.references for column in reference.columns}
    parents = [_parent(shape, table, reference, known) for reference in table.references]
    words = [_word(one) for one, line in zip(table.references, parents, strict=True) if line and "#" not in line]
    if renamed := [word for word in dict.fromkeys(words) if keyword.iskeyword(word)]:
        pairs = ", ".join(f"{_string(_identifier(word))}: {_string(word)}" for word in renamed)
        yield f"        rename = {{{pairs}}}"
    if declared := [line for line in parents if line is not None]:
        yield ""
        yield from declared
    others = [one for one in table.columns if one.name not in keys and one.computed is None and one.sequence is None]
    if others:
        yield ""
        yield from (_hint(column, table) for column in others)


def _parent(shape: Shape, table: Table, reference: Reference, known: dict[ObjectRef, str]) -> str | None:
    target = root_of(shape, reference.target)
    word = _identifier(_word(reference))
    line = f"{word} = factory.SubFactory({known.get(target, '')})"
    columns = [table.column(name) for name in reference.columns]
    must = all(one is not None and one.must for one in columns)
    # A new row is seldom one that a check asks for; the generator knows which are.
    checked = {column for check in table.checks for column in check.columns}
    plain = len(reference.columns) == 1 and checked.isdisjoint(reference.columns)
    if plain and must and target in known and word.isidentifier():
        return f"    {line}"
    called = short_name(shape, target)
    why = "null" if not must else "a row that is there, or a new one"
    return f"    # {', '.join(reference.columns)}: a row of {called}; without a declaration {why}"


def _word(reference: Reference) -> str:
    return next(iter(stems(reference)), reference.columns[-1])


def _hint(column: Column, table: Table) -> str:
    """A column that is left to the generator, with what is to be known of it."""
    said = [column.type.written]
    if column.type.plain.kind is TypeKind.ENUM:
        said.append(" | ".join(column.type.plain.labels))
    if any(key.plain and key.columns == (column.name,) for key in table.keys):
        said.append("unique")
    if column.default is not None:
        said.append(f"default {column.default}")
    elif not column.must:
        said.append("may be null")
    said += [one.expression for one in table.checks if column.name in one.columns]
    text = " ".join(f"    # {column.name}: {'; '.join(said)}".split("\n")).strip()
    return "    " + (text if len(text) <= _WIDTH else text[: _WIDTH - 1].rstrip() + "…")


def _parents_first(shape: Shape, refs: Collection[ObjectRef]) -> Iterator[ObjectRef]:
    chosen = sorted(refs, key=lambda ref: (ref.schema or "", ref.name))
    edges = {
        ref: {root_of(shape, one.target) for one in shape.tables[ref].references} & set(chosen) - {ref}
        for ref in chosen
    }
    for group in circles(edges):
        yield from group


def _class_names(tables: Sequence[Table]) -> dict[ObjectRef, str]:
    """`UserFactory` for `users`; with the schema before it where two tables would have the same."""
    plain = {table.ref: _class_name(table.ref.name) for table in tables}
    twice = {name for name in plain.values() if list(plain.values()).count(name) > 1}
    found: dict[ObjectRef, str] = {}
    for ref, name in plain.items():
        full = _class_name(f"{ref.schema}_{ref.name}") if name in twice else name
        number = 2
        while full in found.values():
            full, number = f"{name.removesuffix('Factory')}{number}Factory", number + 1
        found[ref] = full
    return found


def _class_name(table: str) -> str:
    words = re.findall(r"[^\W_]+", table) or ["table"]
    words[-1] = _singular(words[-1])
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return f"{name if name[:1].isalpha() else 'T' + name}Factory"


def _singular(word: str) -> str:
    lower = word.lower()
    if lower.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if lower.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if lower.endswith("s") and not lower.endswith(("ss", "us", "is", "news", "series")) else word


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
