"""What a migration's text may say of its transaction."""

from __future__ import annotations

import pytest

from pytest_nself.core.place import Place
from pytest_nself.migrations.statements import place_at, split
from pytest_nself.migrations.transactions import one_transaction


def test_problems_say_their_line() -> None:
    """A psql command is refused by its name, on its line."""
    text = "select 1;\n\\connect other\nselect 2;"
    (problem,) = one_transaction(text).problems
    assert "\\connect" in problem.message
    assert place_at(text, problem.offset, Place("m.sql", 10)) == Place("m.sql", 11, 1)


@pytest.mark.parametrize(
    "control", ["commit", "rollback", "end", "begin", "start transaction", "prepare transaction 'x'", "abort"]
)
def test_transaction_control_inside_is_refused(control: str) -> None:
    """A file that ends its own transaction in the middle cannot run in one."""
    (problem,) = one_transaction(f"select 1;\n{control};\nselect 2;").problems
    assert problem.offset == 10


@pytest.mark.parametrize("end", ["commit", "end", "COMMIT WORK", "commit transaction"])
@pytest.mark.parametrize("begin", ["begin", "BEGIN TRANSACTION", "start transaction", "begin work"])
def test_the_files_own_outermost_pair_is_dropped(begin: str, end: str) -> None:
    """A file's own begin and commit are the migration's transaction; lines stay where they are."""
    checked = one_transaction(f"set x = 1;\n{begin};\nselect 1;\n{end};\n-- the end")
    assert not checked.problems
    assert [checked.text[one.start : one.end] for one in split(checked.text)] == ["set x = 1", "select 1"]
    assert checked.text.count("\n") == 4


def test_the_files_isolation_level_is_kept() -> None:
    """What the file's own begin asks for is asked for inside the transaction."""
    checked = one_transaction("begin isolation level serializable;\nselect 1;\ncommit;")
    assert checked.text.startswith("set transaction isolation level serializable;")


def test_savepoints_are_allowed() -> None:
    """A savepoint does not end the transaction, nor does rolling back to it."""
    assert not one_transaction("savepoint a; select 1; rollback to a; rollback work to savepoint a; release a").problems


def test_copying_over_the_connection_is_refused() -> None:
    """Rows cannot travel in a message of SQL."""
    assert next(one.offset for one in one_transaction("select 1; copy t (a) from stdin;\n1\n\\.\n").problems) == 10
