"""Plans from files and a ledger, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pytest_nself.core.errors import MigrationError, Refused
from pytest_nself.core.place import Place
from pytest_nself.core.plan import Plan
from pytest_nself.core.sql import ALONE, COMMIT_AFTER
from pytest_nself.core.step import DATA_LOSS, Statement
from pytest_nself.execute.messages import parcels
from pytest_nself.migrations.ledger import EMPTY_LEDGER, Ledger, LedgerRow
from pytest_nself.migrations.migration import CHECKSUM_ALGORITHM, Directives, Migration, Migrations
from pytest_nself.migrations.planning.planner import plan_down, plan_up
from pytest_nself.migrations.planning.recording import recorded_by
from pytest_nself.migrations.status import State, status

_COLUMNS = (
    frozenset({"version", "dirty", "name", "checksum", "checksum_algorithm", "applied_at", "took_ms"})
    | frozenset({"applied_by", "tool_version", "environment", "progress", "down_checksum"})
    | {"down_checksum"}
)


def _one(version: int, up: str = "select 1;", down: str | None = "select -1;", **directives: bool) -> Migration:
    place = Place(f"m/{version:03}_m.sql", 2)
    return Migration(version, f"{version:03}", "m", up, down, place, place if down else None, Directives(**directives))


def _folder(*migrations: Migration) -> Migrations:
    return Migrations("m", migrations)


def _ledger(*rows: LedgerRow) -> Ledger:
    return Ledger(rows={row.version: row for row in rows}, columns=_COLUMNS, schema_exists=True, log_exists=True)


def _labels(plan: Plan) -> list[str]:
    return [label for step in plan.steps if (label := recorded_by(step))]


FIVE = _folder(*map(_one, range(1, 6)))


def test_up_plans_what_the_ledger_lacks() -> None:
    """The set of applied versions counts: a late lower version is applied, in its order."""
    plan = plan_up(FIVE, _ledger(LedgerRow(1), LedgerRow(3), LedgerRow(4)))
    assert _labels(plan) == ["002_m", "005_m"]


def test_up_stops_at_count_and_at_to() -> None:
    """`count` is how many at most, `to` is inclusive."""
    assert _labels(plan_up(FIVE, EMPTY_LEDGER, count=2)) == ["001_m", "002_m"]
    assert _labels(plan_up(FIVE, _ledger(LedgerRow(1)), to=3)) == ["002_m", "003_m"]
    assert _labels(plan_up(FIVE, EMPTY_LEDGER, to=3, count=1)) == ["001_m"]


def test_nothing_pending_is_an_empty_plan() -> None:
    """With nothing to do, not even the ledger is made."""
    assert not plan_up(_folder(), EMPTY_LEDGER)


def test_each_migration_is_one_message() -> None:
    """500 migrations cost 500 messages and the one that makes the ledger."""
    plan = plan_up(_folder(*map(_one, range(1, 501))), EMPTY_LEDGER)
    assert len(list(parcels(plan.steps))) == 501


def test_the_ledger_row_ends_the_transaction() -> None:
    """Guard, body and row share a transaction; the row's step commits it."""
    guard, body, record = plan_up(_folder(_one(1)), _ledger(LedgerRow(0))).steps
    assert isinstance(guard, Statement)
    assert isinstance(body, Statement)
    assert isinstance(record, Statement)
    assert guard.sql.text.startswith("lock table")
    assert body.sql.text == "select 1;"
    assert record.sql.transaction is COMMIT_AFTER
    assert "insert into" in record.sql.text


def test_what_stands_alone_goes_one_by_one() -> None:
    """Each such statement is a step of its own, with its own line, between the notes that it is begun and done."""
    up = "create index concurrently a on t (a);\n\ncreate index concurrently b on t (b);"
    steps = [one for one in plan_up(_folder(_one(1, up)), _ledger(LedgerRow(0))).steps if isinstance(one, Statement)]
    alone = [step for step in steps if step.sql.transaction is ALONE]
    assert [str(step.place) for step in alone] == ["m/001_m.sql:2", "m/001_m.sql:4:1"]
    notes = [step.title for step in steps if step.title.startswith("note that")]
    expected = ["part 1 of 001_m is begun", "part 1 of 001_m is done", "part 2 of 001_m is begun"]
    assert notes == [f"note that {what}" for what in expected]


def test_a_file_that_cannot_be_sent_stops_the_plan() -> None:
    """Transaction control in the middle is refused with its line before anything is sent."""
    with pytest.raises(MigrationError) as caught:
        plan_up(_folder(_one(1, "select 1;\n  commit;\nselect 2;")), EMPTY_LEDGER)
    assert str(caught.value.place) == "m/001_m.sql:3:3"


def test_down_takes_back_in_the_order_of_applying() -> None:
    """The last applied goes first, whatever its version; rows without a time come last."""
    times = {1: None, 3: datetime(2026, 1, 2, tzinfo=UTC), 2: datetime(2026, 1, 3, tzinfo=UTC)}
    ledger = _ledger(*(LedgerRow(version, applied_at=when) for version, when in times.items()))
    assert _labels(plan_down(FIVE, ledger)) == ["002_m"]
    assert _labels(plan_down(FIVE, ledger, count=2)) == ["002_m", "003_m"]
    assert _labels(plan_down(FIVE, ledger, everything=True)) == ["002_m", "003_m", "001_m"]
    assert _labels(plan_down(FIVE, ledger, to=1)) == ["002_m", "003_m"]


def test_down_is_a_hazard_and_up_is_none() -> None:
    """Taking back may destroy rows, and the plan says so."""
    assert plan_down(FIVE, _ledger(LedgerRow(1))).hazards == {DATA_LOSS}
    assert not plan_up(FIVE, EMPTY_LEDGER).hazards


def test_all_downs_are_found_before_the_first() -> None:
    """One missing down, or file, and nothing is planned."""
    ledger = _ledger(LedgerRow(1), LedgerRow(2))
    with pytest.raises(MigrationError, match="001_m has no down"):
        plan_down(_folder(_one(1, down=None), _one(2)), ledger, everything=True)
    with pytest.raises(MigrationError, match="Version 1 is applied, but its file is gone"):
        plan_down(_folder(_one(2)), ledger, everything=True)


def test_an_unknown_version_is_named() -> None:
    """`to` must be a migration; the message lists the last ones."""
    with pytest.raises(MigrationError, match=r"version 77[\s\S]*001, 002, 003, 004, 005"):
        plan_up(FIVE, EMPTY_LEDGER, to=77)


def test_a_half_way_version_stops_everything() -> None:
    """A row that another tool marked dirty is for a person to look at."""
    ledger = _ledger(LedgerRow(1, dirty=True))
    for plan in (plan_up, plan_down):
        with pytest.raises(MigrationError, match="half-way"):
            plan(FIVE, ledger)


def test_productions_database_under_another_name_is_refused() -> None:
    """The ledger's stamp outweighs what the environment is called here."""
    ledger = replace(_ledger(LedgerRow(1)), stamps=frozenset({"production"}))
    with pytest.raises(Refused, match="migrated as production"):
        plan_up(FIVE, ledger, environment="dev")
    assert plan_up(FIVE, ledger, environment="production")


def test_status() -> None:
    """Each version's standing, in order of version."""
    applied = _one(2)
    ledger = _ledger(
        LedgerRow(2, checksum=applied.checksum, checksum_algorithm=CHECKSUM_ALGORITHM),
        LedgerRow(3, checksum="0" * 64, checksum_algorithm=CHECKSUM_ALGORITHM),
        LedgerRow(4, checksum="0" * 64, checksum_algorithm="md5"),
        LedgerRow(6, name="gone"),
        LedgerRow(7, dirty=True),
    )
    rows = status(_folder(*map(_one, (1, 2, 3, 4, 8))), ledger)
    assert [(row.label, row.state) for row in rows] == [
        ("001_m", State.OUT_OF_ORDER),
        ("002_m", State.APPLIED),
        ("003_m", State.EDITED),
        ("004_m", State.APPLIED),
        ("6_gone", State.MISSING_FILE),
        ("7", State.HALF_WAY),
        ("008_m", State.PENDING),
    ]
