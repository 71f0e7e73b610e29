"""Plans are values."""

from __future__ import annotations

from dataclasses import replace

from pytest_nself.core.plan import Plan, Seen, rows_sha256
from pytest_nself.core.secret import Secret
from pytest_nself.core.sql import ALONE, COMMIT_AFTER, Sql
from pytest_nself.core.step import DATA_LOSS, CopyRows, Statement, Step, WriteFile
from pytest_nself.execute.messages import Message, Single, parcels, preview


def _plan(*steps: Step) -> Plan:
    return Plan("try", steps)


def test_the_id_is_that_of_what_is_sent() -> None:
    """Titles do not count; text, transaction, parameters and timeouts do."""
    base = _plan(Statement("a", Sql("select 1")))
    assert _plan(Statement("another title", Sql("select 1"))).id == base.id
    others = [
        _plan(Statement("a", Sql("select 2"))),
        _plan(Statement("a", Sql("select 1", ALONE))),
        _plan(Statement("a", Sql("select 1"), (1,))),
        _plan(Statement("a", Sql("select 1"), lock_timeout_ms=5)),
        _plan(Statement("a", Sql("select 1")), Statement("b", Sql("select 1"))),
        _plan(WriteFile("a", "select 1", b"")),
    ]
    assert len({base.id, *(plan.id for plan in others)}) == 1 + len(others)


def test_a_secret_leaves_no_trace_in_the_id() -> None:
    """A weak password could be guessed from a hash, so the id does not depend on it."""
    one, two = (_plan(Statement("a", Sql("select %s"), (Secret(text),))) for text in ("x", "y"))
    assert one.id == two.id


def test_hazards_are_those_of_all_steps() -> None:
    """A plan is as dangerous as its steps together."""
    plan = _plan(Statement("a", Sql("x"), hazards=frozenset({DATA_LOSS})), Statement("b", Sql("y")))
    assert plan.hazards == {DATA_LOSS}
    assert not _plan().hazards


def test_rows_differ_by_null_and_order() -> None:
    """NULL is not the empty text, and rows in another order are other rows."""
    prints = {rows_sha256(rows) for rows in ([("a",), (None,)], [("a",), ("",)], [(None,), ("a",)], [("a", None)])}
    assert len(prints) == 4
    assert Seen.of("q", [(1,)]) == Seen.of("q", [("1",)])


def test_a_transaction_travels_as_one_message() -> None:
    """Shared statements and the one that commits go together, between begin and commit."""
    steps = (Statement("a", Sql("select 1")), Statement("b", Sql("select 2;", COMMIT_AFTER)), Statement("c", Sql("x")))
    first, second = parcels(steps)
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert first.text == "begin isolation level read committed;\nselect 1\n;\nselect 2;\ncommit;"
    assert (first.next_step, first.ends) == (2, True)
    assert second.text == "begin isolation level read committed;\nx\n;\ncommit;"


def test_what_stands_alone_has_no_transaction() -> None:
    """A statement that must run alone ends the transaction before it and gets no begin; its timeouts are put back."""
    steps = (Statement("a", Sql("select 1")), Statement("b", Sql("vacuum", ALONE), lock_timeout_ms=70))
    texts = list(preview(steps))
    assert texts == [
        "begin isolation level read committed;\nselect 1\n;\ncommit;",
        "set lock_timeout = 70;",
        "vacuum\n;",
        "reset lock_timeout;",
    ]


def test_timeouts_stand_before_what_a_file_sets_outside_a_transaction() -> None:
    """They are sent once before statements that follow one another there, and put back once: the file's own win."""
    alone = [Statement(text, Sql(text, ALONE), statement_timeout_ms=70) for text in ("set x.y = 1;", "vacuum;")]
    texts = list(preview((*alone, replace(alone[1], statement_timeout_ms=80), Statement("a", Sql("select 1;")))))
    assert texts == [
        "set statement_timeout = 70;",
        "set x.y = 1;",
        "vacuum;",
        "reset statement_timeout;",
        "set statement_timeout = 80;",
        "vacuum;",
        "reset statement_timeout;",
        "begin isolation level read committed;\nselect 1;\ncommit;",
    ]


def test_parameters_and_copies_travel_alone_inside_the_transaction() -> None:
    """Bound parameters, expected rows and COPY need messages of their own; begin and commit go around them."""
    copy = CopyRows("c", '"t"', ('"a"',), lambda: [b"1\n"], 1, "id")
    steps = (Statement("a", Sql("select %s"), (1,)), copy, Statement("b", Sql("select 2")))
    kinds = [parcel.text if isinstance(parcel, Message) else parcel for parcel in parcels(steps)]
    assert kinds == ["begin isolation level read committed;", Single(0), Single(1), "select 2\n;\ncommit;"]
    inside = [
        parcel.text if isinstance(parcel, Message) else parcel for parcel in parcels(steps, own_transactions=False)
    ]
    assert inside == [Single(0), Single(1), "select 2\n;"]


def test_a_last_comment_does_not_swallow_what_follows() -> None:
    """A text that ends in a comment, even one with a semicolon, is closed before the commit."""
    for text in ("select 1 -- done;", "select 1 -- done", "select 1; -- end"):
        (message,) = parcels((Statement("a", Sql(text)),))
        assert isinstance(message, Message)
        assert message.text.endswith("\n;\ncommit;")
