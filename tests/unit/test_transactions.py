"""What a migration's text may say of its transaction, and the parts that come of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.place import Place
from pytest_nself.migrations.planning.transactions import cut, sendable
from pytest_nself.migrations.statements import place_at, split


def _parts(text: str, *, no_transaction: bool = False) -> list[str]:
    found = cut(text, no_transaction=no_transaction)
    assert not found.problems
    return [("! " if part.alone else "") + sendable(text, part) for part in found.parts]


def test_a_plain_file_is_one_part_as_it_stands() -> None:
    """Comments, blank lines and all: what is sent is what is written."""
    text = "-- why\nselect 1;\n\n/* and */ select 2 -- end"
    assert _parts(text) == [text]
    assert _parts("-- nothing\n") == ["-- nothing\n"]


def test_problems_say_their_line() -> None:
    """A psql command is refused by its name, on its line."""
    text = "select 1;\n\\connect other\nselect 2;"
    (problem,) = cut(text).problems
    assert "\\connect" in problem.message
    assert place_at(text, problem.offset, Place("m.sql", 10)) == Place("m.sql", 11, 1)


@pytest.mark.parametrize(
    "control", ["commit", "rollback", "end", "begin", "start transaction", "prepare transaction 'x'", "abort"]
)
def test_transaction_control_inside_is_refused(control: str) -> None:
    """A file that ends its own transaction in the middle cannot run in one."""
    (problem,) = cut(f"select 1;\n{control};\nselect 2;").problems
    assert problem.offset == 10


@pytest.mark.parametrize("end", ["commit", "end", "COMMIT WORK", "commit transaction"])
@pytest.mark.parametrize("begin", ["begin", "BEGIN TRANSACTION", "start transaction", "begin work"])
def test_the_files_own_outermost_pair_is_dropped(begin: str, end: str) -> None:
    """A file's own begin and commit are the migration's transaction; lines stay where they are."""
    (text,) = _parts(f"set x = 1;\n{begin};\nselect 1;\n{end};\n-- the end")
    assert [text[one.start : one.end] for one in split(text)] == ["set x = 1", "select 1"]
    assert text.count("\n") == 4


def test_the_files_isolation_level_is_kept() -> None:
    """What the file's own begin asks for is asked for inside the transaction."""
    (part,) = cut("begin isolation level /* very */ serializable;\nselect 1;\ncommit;").parts
    assert part.isolation.split() == ["set", "transaction", "isolation", "level", "serializable;"]


def test_savepoints_are_allowed() -> None:
    """A savepoint does not end the transaction, nor does rolling back to it."""
    assert not cut("savepoint a; select 1; rollback to a; rollback work to savepoint a; release a").problems


@pytest.mark.parametrize(
    "alone",
    [
        "create index concurrently i on t (a)",
        "CREATE UNIQUE INDEX /* x */ CONCURRENTLY IF NOT EXISTS i ON t (a)",
        "create index concurrently on t (a)",
        "drop index concurrently if exists i",
        "reindex index concurrently i",
        "reindex (verbose, concurrently) table t",
        "reindex schema public",
        "vacuum (analyze) t",
        "alter system set work_mem = '1MB'",
        "create database d",
        "drop database if exists d",
        "alter database d set tablespace x",
        "create tablespace x location '/x'",
        "alter table only p detach partition s.c concurrently",
        "cluster",
        "discard all",
    ],
)
def test_what_cannot_run_in_a_transaction_is_known(alone: str) -> None:
    """Without any directive such a statement stands alone, and what is around it in transactions."""
    text = f"select 1;\nselect 2;\n{alone};\nselect 3"
    assert _parts(text) == ["select 1;\nselect 2", f"! {alone}", "select 3"]


@pytest.mark.parametrize(
    "ordinary",
    [
        "create index i on t (a)",
        "create index concurrently_i on t (concurrently)",
        "reindex table t",
        "alter table p detach partition c",
        "cluster t using i",
        "refresh materialized view concurrently v",
        "alter type e add value 'x'",
        "create table vacuum (reindex int)",
        "select 'create index concurrently i on t (a)'",
        "discard plans",
    ],
)
def test_what_can_run_in_a_transaction_does(ordinary: str) -> None:
    """Nothing else is taken out of the migration's transaction."""
    assert _parts(f"select 1; {ordinary}; select 2") == [f"select 1; {ordinary}; select 2"]


def test_a_declared_file_runs_one_by_one() -> None:
    """Each statement is a transaction of its own; a call may commit by itself, so it stands alone."""
    text = (
        "update t set a = 1;\ncall p();\ndo $$ begin commit; end $$;\nbegin;\nselect 1;\nselect 2;\ncommit;\nselect 3;"
    )
    assert _parts(text, no_transaction=True) == [
        "update t set a = 1",
        "! call p()",
        "! do $$ begin commit; end $$",
        "select 1;\nselect 2",
        "select 3",
    ]


def test_what_stands_alone_cannot_stand_between_begin_and_commit() -> None:
    """The statement is named, on its line; so is a begin without its commit."""
    (problem,) = cut("begin;\ncreate index concurrently i on t (a);\ncommit;").problems
    assert (problem.offset, "between this file's begin and commit" in problem.message) == (7, True)
    (problem,) = cut("vacuum;\nbegin;\nselect 1;").problems
    assert (problem.offset, "never committed" in problem.message) == (8, True)


def test_a_new_enum_value_is_committed_before_its_use() -> None:
    """The server refuses a value in the transaction that adds it; one that is not used needs no boundary."""
    added = "alter type s.mood add value if not exists 'it''s' before 'sad'"
    assert _parts(f"select 1;\n{added};\nselect 2; insert into t values ('it''s');") == [
        f"select 1;\n{added}",
        "select 2; insert into t values ('it''s')",
    ]
    assert len(_parts(f"{added}; select 'its'")) == 1
    assert len(_parts(f"create type s.mood as enum ('sad'); {added}; select 'it''s'")) == 1


@pytest.mark.parametrize(
    ("before", "parts"),
    [
        ("create type moody as enum ()", 2),
        ('create type "Mood" as enum ()', 2),
        ("create type x as (a mood)", 2),
        ('CREATE TYPE /* new */ Mood as enum (); select "mood"', 1),
        ('create type "mood"as enum ()', 1),
        ("create type mood as enum (); alter type other add value 'z'; select 'z'", 3),
    ],
)
def test_only_a_type_of_the_same_transaction_takes_its_value_at_once(before: str, parts: int) -> None:
    """Names are compared as the server reads them, and a type that was committed since counts no more."""
    assert len(_parts(f"{before}; alter type mood add value 'b'; select 'b'")) == parts


def test_settings_of_the_session_hold_for_later_parts() -> None:
    """What an earlier part set is set again for a later one; what was local to its transaction is not."""
    text = "set search_path = a;\nset local role x;\nselect pg_catalog.set_config('x.y', '1', false);\n"
    text += "vacuum;\nreset role;\nvacuum t;"
    parts = cut(text).parts
    assert [len(part.statements) for part in parts] == [3, 1, 1]
    assert [[text[one.start : one.end] for one in part.session] for part in parts] == [
        [],
        ["set search_path = a", "select pg_catalog.set_config('x.y', '1', false)"],
        ["set search_path = a", "select pg_catalog.set_config('x.y', '1', false)", "reset role"],
    ]


def test_settings_before_the_only_part_hold_for_it() -> None:
    """Settings alone are no part; what stands alone after them gets them all the same."""
    (part,) = cut("set search_path = s;\ncreate index concurrently i on t (a);").parts
    assert len(part.session) == 1
    (part,) = cut("set role x;\ncreate table t ();", no_transaction=True).parts
    assert (len(part.session), len(part.statements)) == (1, 1)
    (part,) = cut(
        "select set_config('a.b', 'c', /* for all */ false); begin; select 1; commit;", no_transaction=True
    ).parts
    assert (len(part.session), len(part.statements)) == (1, 1)


_TEXTS = st.sampled_from(
    [
        "set x.a = 1",
        "set session x.a = 2",
        "SET x.b TO 3",
        "select set_config('x.a', '4', false)",
        "reset x.a",
        "reset all",
        "discard all",
        "vacuum",
        "create index concurrently i on t (a)",
        "call p()",
        "select 1",
        "create table t ()",
        "alter type e add value 'new'",
        "insert into t values ('new')",
    ]
)


def _apply(state: dict[str, str], statement: str) -> None:
    words = statement.lower().replace("session ", "").split()
    if statement in ("reset all", "discard all"):
        state.clear()
    elif words[0] == "reset":
        state.pop(words[1], None)
    elif words[0] == "set":
        state[words[1]] = words[3]
    elif "set_config" in statement:
        state["x.a"] = "4"


@given(st.lists(st.lists(_TEXTS, min_size=1, max_size=4), max_size=6), st.booleans(), st.data())
def test_what_is_set_before_each_statement_is_what_psql_would_have(
    groups: list[list[str]], no_transaction: bool, data: st.DataObject
) -> None:
    """Each part begins in a fresh session: with its settings sent first, every statement finds those before it."""
    statements: list[str] = []
    for group in groups:
        plain = no_transaction and not {"vacuum", "discard all"} & set(group) and "concurrently" not in str(group)
        between = plain and data.draw(st.booleans())
        statements += ["begin", *group, "commit"] if between else group
    text = ";\n".join(statements)
    found = cut(text, no_transaction=no_transaction)
    assert not found.problems
    expected: list[tuple[str, dict[str, str]]] = []
    psql: dict[str, str] = {}
    for statement in statements:
        expected.append((statement, dict(psql)))
        _apply(psql, statement)
    seen: list[tuple[str, dict[str, str]]] = []
    for part in found.parts:
        state: dict[str, str] = {}
        for one in part.session:
            _apply(state, text[one.start : one.end])
        for one in part.statements:
            statement = text[one.start : one.end]
            seen.append((statement, dict(state)))
            _apply(state, statement)
    sets = ("set", "SET", "reset", "select set_config", "begin", "commit")
    assert [one for one in seen if not one[0].startswith(sets)] == [
        one for one in expected if not one[0].startswith(sets)
    ]
