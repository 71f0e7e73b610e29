"""New migrations: in the newest file's layout, with its numbering, readable by what wrote the others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_nself.core.errors import ConfigError, MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.core.plan import Plan
from pytest_nself.core.step import WriteFile
from pytest_nself.execute.files import write_files
from pytest_nself.migrations.create import plan_create, safe_name
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migration
from pytest_nself.migrations.writing.numbering import next_version

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SAMPLE = Path(__file__).parent / "drizzle_sample"


def _create(folder: Path, name: str = "Add user prefs!", sql: str | None = None, now: datetime = NOW) -> Plan:
    """Plan a migration, and do what the plan says."""
    plan = plan_create(folder, read_migrations(folder), name, sql=sql, now=now)
    for step in plan.steps:
        assert isinstance(step, WriteFile)
        path = Path(step.path)
        before = sha256(path.read_bytes()).hexdigest() if path.exists() else None
        assert before == step.sha256_before
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(step.content)
    return plan


def _names(plan: Plan, folder: Path) -> list[str]:
    return [Path(step.path).relative_to(folder).as_posix() for step in plan.steps if isinstance(step, WriteFile)]


def test_a_new_project(folder: Any) -> None:
    """One marked file with a timestamp in UTC, with the headers that say what it is."""
    now = NOW.astimezone(timezone(timedelta(hours=9)))
    plan = _create(folder.path, sql="create table prefs ();", now=now)
    assert _names(plan, folder.path) == ["20260304050607_add_user_prefs.sql"]
    assert (folder.path / "20260304050607_add_user_prefs.sql").read_text() == (
        "-- Migration: 20260304050607_add_user_prefs\n-- Created: 2026-03-04\n\n"
        "-- UP\ncreate table prefs ();\n\n-- DOWN\n-- TODO: write what takes the migration back.\n"
    )
    (one,) = read_migrations(folder.path)
    assert (one.up, one.down) == ("create table prefs ();\n\n", None)


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """The plan's paths say where the folder will be."""
    from pytest_nself.migrations.migration import Migrations

    folder = tmp_path / "migrations"
    plan = plan_create(folder, Migrations(str(folder)), "a", sql=None, now=NOW)
    assert _names(plan, folder) == ["20260304050607_a.sql"]


LAYOUTS: list[tuple[Mapping[str, str], list[str]]] = [
    ({"003_a.sql": "-- UP\nx;\n-- DOWN\ny;"}, ["004_add_user_prefs.sql"]),
    ({"003_a.sql": "-- migrate:up\nx;"}, ["004_add_user_prefs.sql"]),
    ({"003_a.sql": "-- +goose Up\nx;"}, ["004_add_user_prefs.sql"]),
    ({"003_a.sql": "-- +migrate Up\nx;"}, ["004_add_user_prefs.sql"]),
    ({"003_a.sql": "x;"}, ["004_add_user_prefs.sql"]),
    ({"003_a.up.sql": "x;", "003_a.down.sql": "y;"}, ["004_add_user_prefs.up.sql", "004_add_user_prefs.down.sql"]),
    ({"003_a.UP.SQL": "x;"}, ["004_add_user_prefs.up.sql", "004_add_user_prefs.down.sql"]),
    ({"003_a.sql": "x;", "003_a.down.sql": "y;"}, ["004_add_user_prefs.sql", "004_add_user_prefs.down.sql"]),
    ({"003_a.sql": "x;", "003_a_down.sql": "y;"}, ["004_add_user_prefs.sql", "004_add_user_prefs_down.sql"]),
    ({"003_a_up.sql": "x;", "003_a_down.sql": "y;"}, ["004_add_user_prefs_up.sql", "004_add_user_prefs_down.sql"]),
    ({"003_a/up.sql": "x;"}, ["004_add_user_prefs/up.sql", "004_add_user_prefs/down.sql"]),
    ({"003_a/migration.sql": "x;"}, ["004_add_user_prefs/migration.sql"]),
    ({"2_b.sql": "x;", "2_b.down.sql": "y;", "3_a.sql": "x;"}, ["4_add_user_prefs.sql", "4_add_user_prefs.down.sql"]),
    ({"1_b/up.sql": "x;", "003-a.sql": "-- UP\nx;"}, ["004-add_user_prefs.sql"]),
    ({"3.sql": "x;"}, ["4_add_user_prefs.sql"]),
]


@pytest.mark.parametrize(("files", "expected"), LAYOUTS)
def test_the_newest_files_layout_and_numbering(folder: Any, files: Mapping[str, str], expected: list[str]) -> None:
    """What is written is read back as one more migration of the same layout, whose SQL is what was given."""
    before = folder.read(files)
    plan = _create(folder.path, sql="select 'new';")
    assert _names(plan, folder.path) == expected
    after = read_migrations(folder.path)
    assert not after.findings.at_least(Severity.ERROR)
    assert len(after) == len(before) + 1
    new = after.migrations[-1]
    assert "select 'new';" in new.up
    layouts = {one.layout for one in before}
    assert new.layout in layouts
    assert new.name == "add_user_prefs"


@pytest.mark.parametrize(("files", "_expected"), LAYOUTS)
def test_without_sql_both_parts_are_to_be_written(folder: Any, files: Mapping[str, str], _expected: list[str]) -> None:
    """Checks refuse what is left open: a blank up, and a blank down where the layout has one."""
    folder.put(files)
    _create(folder.path)
    after = read_migrations(folder.path)
    new = after.migrations[-1]
    mine = {one.rule for one in after.findings.at_least(Severity.WARNING) if new.name in str(one.place)}
    has_down = new.layout not in ("plain", "nested migration.sql")
    assert mine == {"migration-blank-up", *(["migration-blank-down"] if has_down else [])}


@pytest.mark.parametrize(
    ("newest", "highest", "expected"),
    [
        ("003", 3, "004"),
        ("0", 0, "1"),
        ("999", 999, "1000"),
        ("00013", 13, "00014"),
        ("20260203070900", 20260203070900, "20260304050607"),
        ("20260304050607", 20260304050607, "20260304050608"),
        ("20991231235959", 20991231235959, "21000101000000"),
        ("202602030709", 202602030709, "202603040506"),
        ("2026030405", 2026030405, "2026030406"),
        ("20260304", 20260304, "20260305"),
        ("20260228", 20260331, "20260401"),
        ("1591234567", 1591234567, "1772600767"),
        ("1591234567890", 1591234567890, "1772600767000"),
        ("1772600767000", 1772600767000, "1772600767001"),
        ("99999999999999", 99999999999999, "100000000000000"),
        ("20260203070900", 99990203070900, "99990203070901"),
    ],
)
def test_numbers(newest: str, highest: int, expected: str) -> None:
    """In the style of the newest: widths, timestamps of several grains, seconds and milliseconds since 1970."""
    assert next_version(newest, highest, NOW) == expected


@given(st.from_regex(r"[0-9]{1,18}", fullmatch=True), st.integers(0, 10**6), st.datetimes(timezones=st.just(UTC)))
def test_a_new_number_is_above_all(newest: str, more: int, now: datetime) -> None:
    """Whatever the clock says, the new version is above the highest."""
    assume(1980 < now.year < 9000)
    highest = int(newest) + more
    assert int(next_version(newest, highest, now)) > highest


def test_two_in_one_second_and_a_clock_that_is_behind(folder: Any) -> None:
    """Each new version is above all that are there, whatever the clock says."""
    for now in (NOW, NOW, NOW - timedelta(days=400), NOW):
        _create(folder.path, now=now)
    seconds = [one.version_text for one in read_migrations(folder.path)]
    assert seconds == ["20260304050607", "20260304050608", "20260304050609", "20260304050610"]


def test_files_that_cannot_be_used_keep_their_numbers(folder: Any) -> None:
    """A new file does not take the version of one with an error."""
    folder.put({"003_a.sql": "x;", "004_b.sql": b"\xff", "005_c/down.sql": "y;"})
    plan = plan_create(folder.path, folder.read(), "d", sql=None, now=NOW)
    assert _names(plan, folder.path) == ["006_d.sql"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Add user prefs!", "add_user_prefs"),
        ("  --x--  ", "x"),
        ("Prénoms & Größe", "prenoms_grosse"),
        ("2fa", "2fa"),
        ("../../etc/passwd", "etc_passwd"),
        ("a\nb", "a_b"),
        ("a→b", "a_b"),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    """Letters and digits are kept, all else becomes an underscore."""
    assert safe_name(name) == expected


@pytest.mark.parametrize("name", ["", "!!!", "пользователи", "x" * 201])
def test_names_that_cannot_be(name: str) -> None:
    """Nothing left, or too much for a file's name."""
    with pytest.raises(ConfigError):
        safe_name(name)


@given(name=st.text(min_size=1), which=st.integers(0, len(LAYOUTS) - 1))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
def test_any_name_in_any_layout(tmp_path_factory: pytest.TempPathFactory, name: str, which: int) -> None:
    """What is created is found, as exactly one migration more, or refused."""
    folder = tmp_path_factory.mktemp("m")
    for file, content in LAYOUTS[which][0].items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(content)
    before = len(read_migrations(folder))
    try:
        _create(folder, name, sql="select 1;")
    except ConfigError:
        return
    after = read_migrations(folder)
    assert len(after) == before + 1
    assert not after.findings.at_least(Severity.ERROR)


@pytest.mark.parametrize("name", ["scale down", "down", "down_a", "clean up"])
@pytest.mark.parametrize(("files", "_expected"), LAYOUTS)
def test_words_that_mean_something_in_a_file_name(
    folder: Any, files: Mapping[str, str], _expected: list[str], name: str
) -> None:
    """A name with `down` or `up` in it is an up, or is refused where it would not be run as one."""
    before = folder.read(files)
    by_name_alone = {"plain", "pair .down.sql", "pair _down.sql"}
    if "down" in name and before.migrations[-1].layout in by_name_alone:
        with pytest.raises(ConfigError, match="word down"):
            _create(folder.path, name, sql="select 1;")
        return
    _create(folder.path, name, sql="select 1;")
    after = read_migrations(folder.path)
    assert not after.findings.at_least(Severity.ERROR)
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(("files", "_expected"), LAYOUTS)
def test_a_down_that_is_known(folder: Any, files: Mapping[str, str], _expected: list[str]) -> None:
    """Both halves are written and read back; a plain file gets one beside it, drizzle's have no place for a down."""
    before = folder.read(files)
    up, down = "create table b ();", "do $$ begin drop table b; end $$;"
    newest = before.migrations[-1].layout
    write_files(plan_create(folder.path, before, "by schema", sql=up, down=down, now=NOW))
    after = read_migrations(folder.path)
    assert not after.findings.at_least(Severity.ERROR)
    (new,) = [one for one in after if one.name == "by_schema"]
    assert up in new.up
    if not newest.startswith(("drizzle", "nested migration.sql")):
        assert new.down is not None
        assert down in new.down


@pytest.mark.parametrize("sql", ["", " \n", "-- only this", "select 1;\n-- DOWN\nselect 2;", "-- nself:nonsense\nx;"])
def test_sql_that_cannot_be_an_up(folder: Any, sql: str) -> None:
    """Empty, or with a mark of its own, or wrong in what it says of itself."""
    with pytest.raises(ConfigError, match="SQL"):
        plan_create(folder.path, folder.read(), "a", sql=sql, now=NOW)


def test_goose_can_run_what_we_write_for_it(folder: Any) -> None:
    """goose cuts at semicolons: a body stands between StatementBegin and StatementEnd."""
    folder.put({"00001_a.sql": "-- +goose Up\nselect 1;"})
    _create(folder.path, "f", sql="create function f() returns int language sql as $$ select 1; $$;")
    assert (folder.path / "00002_f.sql").read_text() == (
        "-- Migration: 00002_f\n-- Created: 2026-03-04\n\n-- +goose Up\n-- +goose StatementBegin\n"
        "create function f() returns int language sql as $$ select 1; $$;\n-- +goose StatementEnd\n\n"
        "-- +goose Down\n-- TODO: write what takes the migration back.\n"
    )


def _like(snapshot: Path, *, ids: bool = False) -> Any:
    content = json.loads(snapshot.read_text())
    return [content["id"], content.get("prevId") or content["prevIds"]] if ids else {**content, "id": 0, "prevId": 0}


def test_drizzle_as_drizzle_kit_does(tmp_path: Path) -> None:
    """File, journal and snapshot are those that `drizzle-kit generate --custom` wrote, but for ids and times."""
    ours = shutil.copytree(SAMPLE / "before", tmp_path / "drizzle")
    plan = _create(ours, "add prefs")
    assert sorted(_names(plan, ours)) == ["0001_add_prefs.sql", "meta/0001_snapshot.json", "meta/_journal.json"]
    theirs = SAMPLE / "after"
    assert (ours / "0001_add_prefs.sql").read_text() == (theirs / "0001_add_prefs.sql").read_text()
    kit = json.loads((theirs / "meta/_journal.json").read_text())
    text = (theirs / "meta/_journal.json").read_text().replace(str(kit["entries"][1]["when"]), "0")
    mine = json.loads((ours / "meta/_journal.json").read_text())
    assert (ours / "meta/_journal.json").read_text().replace(str(mine["entries"][1]["when"]), "0") == text
    assert mine["entries"][1]["when"] > mine["entries"][0]["when"]
    assert _like(ours / "meta/0001_snapshot.json") == _like(theirs / "meta/0001_snapshot.json")
    (new, previous), (first, _) = (_like(ours / f"meta/000{n}_snapshot.json", ids=True) for n in (1, 0))
    assert previous == first != new
    assert read_migrations(ours).migrations[-1].layout == "drizzle"


def test_drizzle_1_as_drizzle_kit_does(tmp_path: Path) -> None:
    """A folder with migration.sql and the last snapshot again."""
    ours = shutil.copytree(SAMPLE / "folders_before", tmp_path / "drizzle")
    plan = _create(ours, "add prefs", now=datetime(2026, 11, 20, 9, 53, 54, tzinfo=UTC))
    name = "20261120095354_add_prefs"
    assert _names(plan, ours) == [f"{name}/migration.sql", f"{name}/snapshot.json"]
    theirs = SAMPLE / "folders_after" / name
    assert (ours / name / "migration.sql").read_text() == (theirs / "migration.sql").read_text()
    mine, kit = (json.loads((path / "snapshot.json").read_text()) for path in (ours / name, theirs))
    first = json.loads((ours / "20261120095353_init/snapshot.json").read_text())["id"]
    assert mine["prevIds"] == [first]
    assert {**mine, "id": 0, "prevIds": 0} == {**kit, "id": 0, "prevIds": 0}


JOURNAL = {
    "version": "7",
    "dialect": "postgresql",
    "entries": [{"idx": n, "version": "7", "when": n, "tag": f"000{n}_a", "breakpoints": False} for n in range(2)],
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "form",
    [
        {"indent": 2},
        {"indent": "\t"},
        {"indent": None},
        {"indent": None, "separators": (",", ":")},
    ],
)
@pytest.mark.parametrize("tail", ["", "\n"])
def test_a_journal_keeps_its_formatting(folder: Any, line_end: str, form: dict[str, Any], tail: str) -> None:
    """Whatever tool formats the repository's JSON: only the new entry is a change."""
    more = [
        *JOURNAL["entries"],
        {"idx": 2, "version": "7", "when": 1772600767000, "tag": "0002_b", "breakpoints": False},
    ]
    before, after = (
        (json.dumps({**JOURNAL, "entries": entries}, **form) + tail).replace("\n", line_end)
        for entries in (JOURNAL["entries"], more)
    )
    folder.put({"meta/_journal.json": before, "0000_a.sql": "x;", "0001_a.sql": "x;"})
    _create(folder.path, "b")
    assert (folder.path / "meta/_journal.json").read_bytes().decode() == after


def test_the_first_migration_of_a_drizzle_project(folder: Any) -> None:
    """An empty journal gets its first entry; drizzle counts from 0000."""
    folder.put({"meta/_journal.json": '{"version":"7","dialect":"postgresql","entries":[]}'})
    _create(folder.path, "a")
    (one,) = read_migrations(folder.path)
    assert (one.label, one.layout) == ("0000_a", "drizzle")


def test_a_broken_journal_or_snapshot_is_not_continued(folder: Any) -> None:
    """Said with its place; nothing is planned."""
    files = {"meta/_journal.json": json.dumps(JOURNAL), "0000_a.sql": "x;", "0001_a.sql": "x;"}
    folder.put({**files, "meta/0001_snapshot.json": "{"})
    with pytest.raises(ConfigError, match=r"0001_snapshot.json: The snapshot cannot be read"):
        plan_create(folder.path, folder.read(), "a", sql=None, now=NOW)
    folder.put({"meta/0001_snapshot.json": "{}", "meta/_journal.json": "{"})
    with pytest.raises(MigrationError, match=r"_journal.json:1:2: The journal is not JSON"):
        plan_create(folder.path, folder.read(), "a", sql=None, now=NOW)


def test_drizzle_without_numbers(folder: Any) -> None:
    """With drizzle's prefix `none` the one snapshot is continued in place."""
    entry = {"idx": 0, "version": "7", "when": 0, "tag": "_init", "breakpoints": True}
    folder.put(
        {
            "meta/_journal.json": json.dumps({**JOURNAL, "entries": [entry]}),
            "_init.sql": "x;",
            "meta/_snapshot.json": '{"id": "b-1", "prevId": "a-1", "tables": {}}',
        }
    )
    plan = _create(folder.path, "b")
    assert _names(plan, folder.path) == ["_b.sql", "meta/_snapshot.json", "meta/_journal.json"]
    snapshot = json.loads((folder.path / "meta/_snapshot.json").read_text())
    assert snapshot["prevId"] == "b-1" != snapshot["id"]
    found: list[Migration] = list(read_migrations(folder.path))
    assert [one.label for one in found] == ["0_init", "1_b"]
