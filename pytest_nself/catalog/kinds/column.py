"""Columns of tables and foreign tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_nself.catalog.ddl import (
    Ddl,
    Kind,
    Scene,
    Written,
    change_options,
    named_relation,
    options_text,
    part,
    qualified,
    relation_of,
    with_relation,
)
from pytest_nself.catalog.fact import Catalog, Entry
from pytest_nself.catalog.foreign_options import changed_foreign_options, foreign_options
from pytest_nself.catalog.not_null import Kin, add_not_null, change_not_null, not_null_tail, not_null_text
from pytest_nself.core.errors import Refused
from pytest_nself.core.names import ObjectRef, parse_qualified, spell_identifier, spell_qualified
from pytest_nself.core.sql import COMMIT_AFTER
from pytest_nself.core.step import DATA_LOSS

_TYPE = frozenset({"type", "collation"})
_NOT_NULL = frozenset({"not_null", "not_null_as", "not_null_comment"})
_LOSES = frozenset({DATA_LOSS})
_STORAGE = {"p": "plain", "e": "external", "x": "extended", "m": "main"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}


def column_text(column: Entry, scene: Scene) -> str:
    """A column as `create table` and `add column` take it; what they do not take follows in `column_tail`."""
    words = [part(column.ref), column["type"]]
    if column["fdw_options"]:
        words.append(f"options ({foreign_options(column['fdw_options'])})")
    if column["collation"]:
        words.append(f"collate {column['collation']}")
    if column["generated"]:
        words.append(f"generated always as ({column['generated_as']}) {column['generated']}")
    elif column["identity_sequence"]:  # without one it is that of the table above
        words.append(_identity(column))
    elif default := inline_default(column.ref, scene):
        words.append(f"default {default}")
    again = relation_of(column) in scene.made and relation_of(column) in scene.a.entries
    if not_null := not_null_text(column, named=again or column["_not_null_name"] in scene.odd_names):
        words.append(not_null)
    return " ".join(words)


def _identity(column: Entry) -> str:
    sequence, options = column["identity_sequence"]
    return f"generated {column['identity']} as identity (sequence name {sequence} {options})"


def inline_default(column: ObjectRef, scene: Scene) -> str | None:
    """The default that is said where the column is made."""
    ref = column._replace(kind="default")
    default = scene.b.get(ref)
    if default is None:
        return None
    return None if ref in scene.separate else str(default["expression"])


def column_tail(column: Entry) -> Iterator[str]:
    """What is said of a column once it stands."""
    alter = f"alter {_words(column)} only {qualified(column.ref)} alter column {part(column.ref)}"
    if column["storage"]:
        yield f"{alter} set storage {_STORAGE[column['storage']]}"
    if column["compression"]:
        yield f"{alter} set compression {_COMPRESSION[column['compression']]}"
    if column["statistics"] is not None:
        yield f"{alter} set statistics {column['statistics']}"
    if column["options"]:
        yield f"{alter} set ({options_text(column['options'])})"
    if column["not_null"]:
        yield from not_null_tail(column)


def _create(entry: Entry, scene: Scene) -> Iterator[Ddl | str]:
    if relation_of(entry) in scene.made or _is_typed(entry, scene):
        pass
    elif not _follows(entry, scene, made=True):
        _refuse_what_cannot_be_added(entry, scene)
        yield f"alter {_words(entry)} {qualified(entry.ref)} add column {column_text(entry, scene)}"
    yield from column_tail(entry)


def _refuse_what_cannot_be_added(entry: Entry, scene: Scene) -> None:
    if entry["local"] is False:
        raise Refused(
            f"The column {entry.ref} would have to come from a parent that its table gets only now.",
            "What a table inherits it must have already, and then the column stays its own as well.",
            "make the table anew, or declare the column in it",
        )
    default = entry.ref._replace(kind="default") in scene.b.entries
    if relation_of(entry) in scene.row_types and (entry["not_null"] or default or entry["generated"]):
        raise Refused(
            f"The column {entry.ref} cannot be added with a default, or as not null.",
            "A column somewhere holds whole rows of this table, and PostgreSQL will not rewrite those.",
            "add the column without both, and set them in a later step",
        )


def _words(entry: Entry) -> str:
    return "foreign table" if entry["_relkind"] == "f" else "table"


def _is_typed(entry: Entry, scene: Scene) -> bool:
    """Whether the column comes and goes with the type that its table is made of."""
    before, after = scene.a.get(relation_of(entry)), scene.b.get(relation_of(entry))
    return bool(before and after and before["of_type"] and after["of_type"])


def _follows(entry: Entry, scene: Scene, *, made: bool) -> bool:
    """Whether the same happens to the column of a parent, from where it comes to this one by itself."""
    if not entry["_inherited"]:
        return False
    for above in _kept_parents(entry.ref, scene):
        column = ObjectRef("column", above.schema, above.name, entry.ref.part)
        there = column in (scene.made if made else scene.gone - scene.kept_below)
        if there and scene.stays(above):
            return True
    return False


def parents_of(table: ObjectRef, catalog: Catalog) -> list[ObjectRef]:
    """The tables that a table inherits from, as a child or as a partition."""
    entry = catalog.get(table)
    link = catalog.get(ObjectRef("partition", table.schema, table.name))
    found = [named_relation(one) for one in (entry["_parents"] or () if entry is not None else ())]
    return [*found, named_relation(link["of_table"])] if link is not None else found


def _alter(old: Entry, new: Entry, changed: frozenset[str], scene: Scene) -> Written | None:
    if changed & {"generated", "generated_as"} and not (old["generated"] and new["generated"] is None):
        return None
    if "local" in changed and new["_inherited"] and new["local"] is not None:
        raise Refused(
            f"The column {new.ref} would have to become {'a' if new['local'] else 'no'} column of its own table.",
            "It is inherited, and no statement changes whether it was declared in the child as well.",
            "make the table anew, or accept the difference: it shows only when the parent loses the column",
        )
    written: list[Ddl | str] = []
    alter = f"alter {_words(new)} {qualified(new.ref)} alter column {part(new.ref)}"
    if "generated" in changed and "generated" not in _changed_above(new, scene):
        written.append(f"{alter} drop expression")
    keyed = "partition_key" not in scene.altered.get(relation_of(new), ()) and relation_of(new) not in scene.made
    if changed & {"type", "collation"} and old["_partitions"] and keyed:
        raise Refused(
            f"The type of {new.ref} would have to change, and it is what its table is partitioned by.",
            "PostgreSQL lets no column of a partition key get another type.",
            "make a new partitioned table, copy the rows over, then drop the old one",
        )
    if "identity" in changed and not new["identity"] and old["identity_sequence"]:
        written.append(f"{alter} drop identity")
    if changed & {"type", "collation"} and not _changed_above(new, scene) & _TYPE and not _is_typed(new, scene):
        collate = f" collate {new['collation']}" if new["collation"] else ""
        written.append(Ddl(f"{alter} type {new['type']}{collate}{_using(old, new)}"))
    if "identity" in changed or "identity_sequence" in changed:
        written += _change_identity(old, new, alter)
    if changed & _NOT_NULL and not (new["identity"] and not old["identity"]):
        stated = change_not_null(old, new, _kin(old, new, scene))
        proven = scene.online and not old["not_null"] and new["not_null"] and new["_relkind"] == "r"
        written += _after_a_check(new, stated) if proven else stated
    only = f"alter {_words(new)} only {qualified(new.ref)} alter column {part(new.ref)}"
    retyped = "type" in changed and old["_type_storage"] != new["_type_storage"]
    if "storage" in changed or (retyped and new["storage"]):
        written.append(f"{only} set storage {_STORAGE[new['storage'] or new['_type_storage']]}")
    if "compression" in changed:
        written.append(f"{only} set compression {_COMPRESSION.get(new['compression'], 'default')}")
    if "statistics" in changed:
        written.append(f"{only} set statistics {-1 if new['statistics'] is None else new['statistics']}")
    if "options" in changed:
        written += change_options(only, old["options"], new["options"])
    if "fdw_options" in changed:
        text = changed_foreign_options(old["fdw_options"], new["fdw_options"])
        written.append(f"alter foreign table {qualified(new.ref)} alter column {part(new.ref)} options ({text})")
    return written


_TEXTS = frozenset({"text", "character varying", "character", '"char"', "name"})
_COUNTED = frozenset({"text", "character varying", "character"})
_FAMILIES = (
    _TEXTS,
    frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"}),
    frozenset({"boolean", "integer"}),
    frozenset({"timestamp without time zone", "timestamp with time zone", "date"}),
    frozenset({"time without time zone", "time with time zone", "interval"}),
    frozenset({"json", "jsonb"}),
    frozenset({"inet", "cidr"}),
    frozenset({"bit", "bit varying"}),
    frozenset({"money", "numeric"}),
)


def _using(old: Entry, new: Entry) -> str:
    """How rows get their new values: by a cast where the server has one, else by way of text."""
    if new["generated"] or new["_relkind"] == "f":
        return ""
    before, after = _bare_type(old["type"]), _bare_type(new["type"])
    was_array, is_array = old["type"].endswith("[]"), new["type"].endswith("[]")
    column = part(new.ref)
    if is_array and not was_array:
        element = new["type"].removesuffix("[]")
        return f" using case when {column} is not null then array[{column}::text::{element}] end"
    if before == after and was_array == is_array and "." not in before:
        return f" using {column}::{new['type']}" if before in ("bit", "bit varying") else ""
    if {before, after} <= _COUNTED and not was_array:
        return ""  # said as a cast, it would cut what is too long, and the server would not refuse it
    arrays = "[]" if was_array and is_array else ""
    if was_array and not is_array:
        return f" using {column}::text::{new['type']}"
    direct = any({before, after} <= family for family in _FAMILIES) or ({before, after} & _TEXTS and not arrays)
    return f" using {column}::{new['type']}" if direct else f" using {column}::text{arrays}::{new['type']}"


def _bare_type(text: str) -> str:
    """A type without its length or precision; `timestamp(3) with time zone` keeps its words."""
    return re.sub(r"\(\d+(,-?\d+)?\)", "", text.removesuffix("[]"))


def _changed_above(new: Entry, scene: Scene) -> frozenset[str]:
    """The attributes that change in a column of a parent, from where some changes come to this one by themselves."""
    if not new["_inherited"]:
        return frozenset()
    columns = (ObjectRef("column", above.schema, above.name, new.ref.part) for above in _kept_parents(new.ref, scene))
    return frozenset[str]().union(*(scene.altered.get(column, ()) for column in columns))


def _kin(old: Entry, new: Entry, scene: Scene) -> Kin:
    """The column in the parents and the children that its table has all the time."""
    above = []
    for parent in _kept_parents(new.ref, scene) if new["_inherited"] else ():
        column = new.ref._replace(schema=parent.schema, name=parent.name)
        above.append((scene.a.get(column), scene.b.get(column)))
    below = [
        (scene.a.get(one.ref), one)
        for one in scene.b.of_kind("column")
        if one["_inherited"] and one.ref.part == new.ref.part and relation_of(new) in _kept_parents(one.ref, scene)
    ]
    return Kin(tuple((a, b) for a, b in above if a and b), tuple((a, b) for a, b in below if a))


def _kept_parents(column: ObjectRef, scene: Scene) -> set[ObjectRef]:
    table = column._replace(kind="table", part=None)
    if table not in scene.b.entries:
        table = table._replace(kind="foreign_table")
    if table in scene.made or table._replace(kind="partition") in scene.gone:
        return set()
    return set(parents_of(table, scene.a)) & set(parents_of(table, scene.b))


def _after_a_check(new: Entry, stated: Iterable[Ddl | str]) -> Iterator[Ddl | str]:
    """A check that holds tells the server that no row is without a value, so that it need not look under its lock."""
    table, column = f"alter table {qualified(new.ref)}", part(new.ref)
    check = spell_identifier(f"nself_{new.ref.part}"[:50] + "_not_null")
    yield Ddl(f"{table} add constraint {check} check ({column} is not null) not valid", transaction=COMMIT_AFTER)
    yield Ddl(f"{table} validate constraint {check}", transaction=COMMIT_AFTER)
    yield from stated
    yield f"{table} drop constraint {check}"


def _change_identity(old: Entry, new: Entry, alter: str) -> Iterator[str]:
    if not new["identity_sequence"]:
        return
    if not old["identity"]:
        if not old["not_null"]:
            yield add_not_null(new)
        yield f"{alter} add {_identity(new)}"
    else:
        before, after = old["identity_sequence"], new["identity_sequence"]
        was, is_ = parse_qualified(before[0]), parse_qualified(after[0])
        if was[0] != is_[0]:
            yield f"alter sequence {before[0]} set schema {is_[0]}"
        if was[1] != is_[1]:
            yield f"alter sequence {spell_qualified(is_[0], was[1])} rename to {spell_qualified(None, is_[1])}"
        settings = [f"set generated {new['identity']}"] if old["identity"] != new["identity"] else []
        if before[1] != after[1]:
            settings += [f"set {setting}" for setting in _settings(after[1])]
            settings += ["restart"] * (not _holds(after[1], before[1]))
        if settings:
            yield f"{alter} {' '.join(settings)}"


def _holds(options: str, others: str) -> bool:
    """Whether a sequence that runs from where the others let it start stays within these bounds."""
    words, start = options.split(), int(others.split()[2])
    same_way = (int(words[5]) > 0) is (int(others.split()[5]) > 0)
    return same_way and int(words[7]) <= start <= int(words[9])


def _settings(options: str) -> list[str]:
    words = options.split()
    pairs = [f"start with {words[2]}", f"increment by {words[5]}", f"minvalue {words[7]}", f"maxvalue {words[9]}"]
    return [*pairs, f"cache {words[11]}", " ".join(words[12:])]


def _drop(entry: Entry, scene: Scene) -> Written:
    if (not entry["local"] and _follows(entry, scene, made=False)) or _is_typed(entry, scene):
        return []
    hazards = frozenset() if entry["generated"] else _LOSES
    only = "only " if entry.ref in scene.kept_below else ""
    return [Ddl(f"alter {_words(entry)} {only}{qualified(entry.ref)} drop column {part(entry.ref)}", hazards)]


def _needs(entry: Entry, catalog: Catalog) -> Iterator[ObjectRef]:
    yield relation_of(entry)
    if entry["_inherited"] and not entry["local"]:
        for above in parents_of(relation_of(entry), catalog):
            yield ObjectRef("column", above.schema, above.name, entry.ref.part)


_BOUND_TO_TYPE = frozenset(
    {
        "view",
        "materialized_view",
        "rule",
        "policy",
        "trigger",
        "function",
        "default",
        "publication_table",
        "generated",
        "key",
        "statistics",
    }
)

KIND = Kind(
    name="column",
    catalog=1259,
    rank=110,
    words="column",
    create=_create,
    alter=_alter,
    drop=_drop,
    named=lambda ref: f"{qualified(ref)}.{part(ref)}",
    dies_with=with_relation,
    needs=_needs,
    moves={"type": _BOUND_TO_TYPE, "collation": _BOUND_TO_TYPE},
    grants="column",
)
