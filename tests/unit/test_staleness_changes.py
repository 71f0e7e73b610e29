"""The lock of the fixture sets, and what it says of a schema that has moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.names import ObjectRef
from pytest_nself.data.shape.model import Check, Column, Key, Reference, Shape, Table, Type, TypeKind
from pytest_nself.data.staleness.changes import Change, What, differences
from pytest_nself.data.staleness.history import History, State
from pytest_nself.data.staleness.lock import (
    FILE_NAME,
    Lock,
    LockedColumn,
    LockedSet,
    LockedTable,
    lock_text,
    parse_lock,
    read_lock,
)

USERS = ObjectRef("table", "public", "users")
PEOPLE = ObjectRef("table", "public", "people")
TEXT, INT = Type("text", "pg_catalog", "text"), Type("integer", "pg_catalog", "int4")
ROLE = Type("role", "public", "role", TypeKind.ENUM, labels=("admin", "editor", "member"))

TABLE = Table(
    USERS,
    (
        Column("id", 1, INT, not_null=True, identity="always"),
        Column("email", 2, TEXT, not_null=True),
        Column("full_name", 3, TEXT),
        Column("age", 4, INT),
        Column("role", 5, ROLE, not_null=True, default="'member'::role"),
    ),
    checks=(Check("users_age_check", "(age >= 0)", ("age",), "CHECK ((age >= 0))"),),
)
LOCKED = LockedSet(
    "abc",
    {
        USERS: LockedTable(
            {
                "email": LockedColumn("email", 2, "text", not_null=True),
                "full_name": LockedColumn("full_name", 3, "text"),
                "age": LockedColumn("age", 4, "integer"),
                "role": LockedColumn("role", 5, "role", not_null=True, default="'member'::role", left_out=True),
            },
            {"users_age_check": "CHECK ((age >= 0))"},
            5,
        )
    },
    {"role": ("admin", "editor", "member")},
)


def shape(*tables: Table) -> Shape:
    return Shape({table.ref: table for table in tables})


def history(*tables: Table) -> History:
    """States of one table, each made by a migration `1_m`, `2_m`, …; before the first there is none."""
    states = [State("", None, Shape({}), {})]
    states += [State(f"{number}_m", None, shape(table), {16400: table.ref}) for number, table in enumerate(tables, 1)]
    return History(tuple(states))


def with_columns(**changed: Column | None) -> Table:
    """The table with columns changed, gone (None), or, by new names, added."""
    columns = [changed.get(one.name, one) for one in TABLE.columns]
    added = [column for name, column in changed.items() if TABLE.column(name) is None]
    return replace(TABLE, columns=tuple(one for one in (*columns, *added) if one is not None))


def only(table: Table, *before: Table) -> Change:
    (change,) = differences(LOCKED, shape(table), history(TABLE, *before, table))
    return change


def test_nothing_moved() -> None:
    """The same table gives no change, with a history and without."""
    assert differences(LOCKED, shape(TABLE), History()) == ()
    assert differences(LOCKED, shape(TABLE), history(TABLE, TABLE)) == ()


def test_a_renamed_column_is_known_by_its_attnum() -> None:
    """And the migration that did it is the one that changed the name, not the last one."""
    new = with_columns(full_name=Column("display_name", 3, TEXT))
    change = only(new, new, replace(new, row_security=True))
    assert (change.what, change.subject, change.before, change.after) == (
        What.RENAMED,
        "users.full_name",
        "full_name",
        "display_name",
    )
    assert (change.migration, change.proof) == ("migration 2_m", "the same column by its attnum 3")


def test_a_column_at_the_same_attnum_of_another_making_is_no_rename() -> None:
    """Where the history never renamed it, somebody rewrote the migrations, and the attnum proves nothing."""
    new = with_columns(full_name=Column("nick", 3, TEXT))
    (change,) = differences(LOCKED, shape(new), history(new))
    assert change.what is What.DROPPED


def test_a_dropped_column() -> None:
    """Its attnum is gone, too."""
    change = only(with_columns(age=None), with_columns())
    assert (change.what, change.column, change.migration) == (What.DROPPED, "age", "migration 3_m")


def test_a_new_column_that_rows_must_have_and_one_that_they_may() -> None:
    """The first is told with the table it points to; the other is a column to know of."""
    tenants = ObjectRef("table", "public", "tenants")
    new = with_columns(tenant_id=Column("tenant_id", 6, INT, not_null=True))
    new = replace(new, references=(Reference("fk", ("tenant_id",), tenants, ("id",), definition="FOREIGN KEY"),))
    changes = differences(LOCKED, shape(new), history(TABLE, new))
    assert [one.what for one in changes] == [What.REQUIRED, What.REFERENCE]
    assert changes[0].after == "NOT NULL, no default, a foreign key to tenants"
    assert only(with_columns(bio=Column("bio", 6, TEXT))).what is What.ADDED


def test_nulls_that_are_refused_now() -> None:
    """A column that could be null, and one whose default is gone."""
    change = only(with_columns(full_name=Column("full_name", 3, TEXT, not_null=True)))
    assert (change.what, change.before) == (What.REQUIRED, "null")
    change = only(with_columns(role=Column("role", 5, ROLE, not_null=True)))
    assert (change.what, change.before) == (What.REQUIRED, "default")


def test_another_type_and_another_default() -> None:
    """Both say what was and what is."""
    change = only(with_columns(age=Column("age", 4, TEXT)))
    assert (change.what, change.before, change.after) == (What.RETYPED, "integer", "text")
    change = only(with_columns(role=Column("role", 5, ROLE, not_null=True, default="'admin'::role")))
    assert (change.what, change.before, change.after) == (What.DEFAULT, "'member'::role", "'admin'::role")


def test_an_enum_that_lost_a_label_or_renamed_it() -> None:
    """A label in the place of the old one, among the same number of labels, is its new name."""
    fewer = with_columns(
        role=Column("role", 5, replace(ROLE, labels=("admin", "member")), not_null=True, default="'member'::role")
    )
    change = only(fewer)
    assert (change.what, change.labels, change.migration) == (What.LABELS, (("editor", None),), "migration 2_m")
    other = replace(ROLE, labels=("admin", "author", "member"))
    change = only(with_columns(role=Column("role", 5, other, not_null=True, default="'member'::role")))
    assert change.labels == (("editor", "author"),)


def test_constraints_that_are_new_or_others() -> None:
    """A check with another text; a check in place of one that went; a unique key. A new name alone is no change."""
    tight = Check("users_age_check", "(age >= 18)", ("age",), "CHECK ((age >= 18))")
    change = only(replace(TABLE, checks=(tight,)))
    assert (change.what, change.before, change.after) == (What.CHECK, "CHECK ((age >= 0))", "CHECK ((age >= 18))")
    change = only(replace(TABLE, checks=(replace(tight, name="adult"),)))
    assert (change.constraint, change.before) == ("adult", "CHECK ((age >= 0))")
    key = Key("users_email_key", ("email",), ("email",), definition="UNIQUE (email)")
    assert only(replace(TABLE, keys=(key,))).what is What.UNIQUE
    assert differences(LOCKED, shape(replace(TABLE, checks=(replace(TABLE.checks[0], name="n"),))), History()) == ()


def test_a_renamed_table_is_known_by_its_oid() -> None:
    """What moved inside it is told under the name that the files know."""
    new = replace(with_columns(age=None), ref=PEOPLE)
    changes = differences(LOCKED, shape(new), history(TABLE, new))
    assert [(one.what, one.table.name, one.after) for one in changes] == [
        (What.TABLE_RENAMED, "users", "people"),
        (What.DROPPED, "users", ""),
    ]
    assert {one.migration for one in changes} == {"migration 2_m"}


def test_without_a_history_a_renamed_table_is_a_guess() -> None:
    """One that has the same columns may be it, and only one."""
    new = replace(TABLE, ref=PEOPLE)
    (change,) = differences(LOCKED, shape(new), History())
    assert (change.what, change.sure) == (What.TABLE_RENAMED, False)
    other = replace(TABLE, ref=ObjectRef("table", "public", "persons"))
    (change,) = differences(LOCKED, shape(new, other), History())
    assert change.what is What.TABLE_DROPPED


def test_the_lock_reads_back() -> None:
    """What is written is read as the same, byte for byte, in whatever order it was made."""
    lock = Lock({"b": LOCKED, "a": LockedSet("x")})
    text = lock_text(lock)
    assert parse_lock(text) == lock
    assert lock_text(Lock(dict(sorted(lock.sets.items())))) == text
    assert text.index('"a"') < text.index('"b"')


def test_a_change_is_a_line_of_the_lock() -> None:
    """One column that changes its type changes one line."""
    table = LOCKED.tables[USERS]
    columns = {**table.columns, "age": LockedColumn("age", 4, "bigint")}
    other = LockedSet(LOCKED.fingerprint, {USERS: replace(table, columns=columns)}, LOCKED.enums)
    before, after = (lock_text(Lock({"s": one})).splitlines() for one in (LOCKED, other))
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        (
            '            "age": {"attnum": 4, "type": "integer"},',
            '            "age": {"attnum": 4, "type": "bigint"},',
        )
    ]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2, "sets": {}}', '{"version": 1, "sets": {"a": {}}}', "<<<"]
)
def test_what_is_no_lock(tmp_path: Path, text: str) -> None:
    """A merge that went wrong is told with the file, and what to do."""
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(FixtureError, match="lock of the fixture sets") as caught:
        read_lock(tmp_path)
    assert caught.value.place is not None
    assert str(caught.value.place).startswith(str(tmp_path / FILE_NAME))


def test_no_lock_is_an_empty_one(tmp_path: Path) -> None:
    """Before the first green verify there is none."""
    assert read_lock(tmp_path) == Lock()
