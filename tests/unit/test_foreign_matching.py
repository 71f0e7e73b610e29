"""A folder compared with another tool's ledger, without a server."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_nself.core.errors import MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.core.place import Place
from pytest_nself.migrations.foreign.adoption import Adoption
from pytest_nself.migrations.foreign.hasura_state import hasura_ledger, hasura_state_note
from pytest_nself.migrations.foreign.ledger import ForeignLedger, ForeignRow, MatchBy, version_of
from pytest_nself.migrations.foreign.matching import match
from pytest_nself.migrations.foreign.mirror import (
    drizzle_ledger,
    mirror_applied,
    mirror_forgotten,
    mirrored_ledger,
)
from pytest_nself.migrations.migration import DrizzleEntry, Migration, Migrations


def _file(path: str, *, when: int | None = None, text: str = "select 1;") -> Migration:
    """The migration of a file as `<version>_<name>.sql`, `<version>_<name>/up.sql` and so on; with drizzle's `when`."""
    stem = path.split("/")[-2] if path.endswith(("/up.sql", "/migration.sql")) else path.split("/")[-1]
    version, _, name = stem.removesuffix(".sql").removesuffix(".up").partition("_")
    drizzle = DrizzleEntry(sha256(text.encode()).hexdigest(), when) if when is not None else None
    return Migration(int(version), version, name, text, None, Place(f"/m/{path}", 1), drizzle=drizzle)


def _folder(*migrations: Migration, name: str = "/m") -> Migrations:
    return Migrations(name, tuple(sorted(migrations, key=lambda one: one.version)))


def _ledger(by: MatchBy, *rows: ForeignRow, tool: str = "tool") -> ForeignLedger:
    return ForeignLedger(tool, "public", "t", rows, by=by)


def _versions(*texts: str) -> list[ForeignRow]:
    return [ForeignRow(text, version_of(text)) for text in texts]


def _applied(adoption: Adoption) -> list[int]:
    return [one.version for one in adoption.applied]


def _rules(adoption: Adoption) -> list[str]:
    return [finding.rule for finding in adoption.findings]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("0007", 7),
        ("7", 7),
        ("0", 0),
        ("000", 0),
        ("20260203070900", 20260203070900),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("9" * 5000, None),
        ("", None),
        (None, None),
        ("-1", None),
        ("1.2", None),
        ("7 ", None),
        ("7\n", None),
        ("٧", None),
        ("1e3", None),
        ("ab12", None),
    ],
)
def test_a_version_is_a_number_that_a_migration_can_have(text: str | None, version: int | None) -> None:
    """Leading zeros do not count; anything that no file name could give as its version is no version."""
    assert version_of(text) == version


@given(st.integers(0, 2**63 - 1), st.integers(0, 30))
def test_leading_zeros_never_count(number: int, zeros: int) -> None:
    """A version is the same with any number of zeros before it."""
    assert version_of("0" * zeros + str(number)) == number


def test_rows_match_files_by_number() -> None:
    """`0007` in the table is `7_b.sql` in the folder, and the other way round; others are unknown, by name."""
    folder = _folder(_file("3_a.sql"), _file("7_b.sql"), _file("0010_c.sql"))
    adoption = match(folder, _ledger(MatchBy.VERSION, *_versions("0007", "10", "11", "x1")))
    assert _applied(adoption) == [7, 10]
    assert [row.key for row in adoption.unknown] == ["11", "x1"]
    assert _rules(adoption) == ["adoption-unknown-row"] * 2
    assert adoption.findings[0].message == "tool's public.t has 11, and no file in /m matches it."
    assert "not a number" in adoption.findings[1].message
    assert str(adoption.findings[0].subject) == "public.t.11"


def test_a_dirty_row_is_not_applied() -> None:
    """A row that was begun and not ended is an error that names row and file."""
    folder = _folder(_file("1_a.sql"), _file("2_b.sql"))
    rows = (ForeignRow("1", 1), ForeignRow("2", 2, dirty=True), ForeignRow("3", 3, dirty=True))
    adoption = match(folder, _ledger(MatchBy.VERSION, *rows))
    assert _applied(adoption) == [1]
    assert [row.key for row in adoption.dirty] == ["2", "3"]
    assert [finding.severity for finding in adoption.findings] == [Severity.ERROR] * 2
    assert "2 (2_b)" in adoption.findings[0].message
    assert adoption.findings[0].place == Place("/m/2_b.sql", 1)


@pytest.mark.parametrize(
    ("row", "applied", "unknown", "dirty"),
    [
        (ForeignRow("2", 2), [1, 2], 0, 0),
        (ForeignRow("3", 3), [1, 2], 1, 0),
        (ForeignRow("4", 4, dirty=True), [1, 2], 0, 1),
        (ForeignRow("2", 2, dirty=True), [1], 0, 1),
        (ForeignRow("-1", None, dirty=True), [], 0, 1),
        (ForeignRow("0", 0), [], 1, 0),
    ],
)
def test_one_row_means_everything_up_to_it(row: ForeignRow, applied: list[int], unknown: int, dirty: int) -> None:
    """golang-migrate's row stands for all lower versions; a dirty one does not stand for itself."""
    folder = _folder(_file("1_a.up.sql"), _file("2_b.up.sql"), _file("4_c.up.sql"))
    adoption = match(folder, _ledger(MatchBy.UP_TO_VERSION, row))
    assert (_applied(adoption), len(adoption.unknown), len(adoption.dirty)) == (applied, unknown, dirty)


def test_no_row_means_nothing() -> None:
    """After golang-migrate's `down -all` the table is there and empty."""
    adoption = match(_folder(_file("1_a.up.sql")), _ledger(MatchBy.UP_TO_VERSION))
    assert (adoption.applied, len(adoption.findings)) == ((), 0)


def test_several_rows_where_one_belongs_are_single_versions() -> None:
    """A table of golang-migrate's shape with many rows is another tool's set: no version between them is assumed."""
    folder = _folder(_file("1_a.sql"), _file("2_b.sql"), _file("3_c.sql"))
    adoption = match(folder, _ledger(MatchBy.UP_TO_VERSION, *_versions("1", "3")))
    assert _applied(adoption) == [1, 3]
    assert _rules(adoption) == ["adoption-several-rows"]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("0001_users.sql", "0001_users.sql"),  # sql-migrate
        ("0001_users.up.sql", "0001_users.sql"),
        ("0001_users.up.sql", "0001_users.up.sql"),
        ("1700000000000_first.sql", "1700000000000_first"),  # node-pg-migrate
        ("20240101000000_init/migration.sql", "20240101000000_init"),  # Prisma
        ("0001_users/up.sql", "0001_users"),
        ("0001_Größe „x“.sql", "0001_Größe „x“.sql"),
    ],
)
def test_rows_match_files_by_name(path: str, key: str) -> None:
    """A file is known by its name or its folder's, with or without its endings."""
    assert len(match(_folder(_file(path)), _ledger(MatchBy.FILE_NAME, ForeignRow(key))).applied) == 1


def test_a_renamed_file_is_pointed_out() -> None:
    """A row whose file has another name now is not guessed to be applied: the finding says which file it may be."""
    adoption = match(_folder(_file("0001_people.sql")), _ledger(MatchBy.FILE_NAME, ForeignRow("0001_users.sql")))
    assert adoption.applied == ()
    assert "0001_people.sql has the same number under another name." in adoption.findings[0].message


def test_an_edited_file_is_told_where_the_row_has_a_hash() -> None:
    """Prisma's checksum is the file's sha256; text that is no hash says nothing."""
    folder = _folder(_file("1_a/migration.sql", text="select 1;"), _file("2_b/migration.sql"))
    same, other = sha256(b"select 1;").hexdigest(), sha256(b"select 2;").hexdigest()
    rows = (ForeignRow("1_a", hash=other), ForeignRow("2_b", hash="manual"))
    adoption = match(folder, _ledger(MatchBy.FILE_NAME, *rows))
    assert _applied(adoption) == [1, 2]
    assert _rules(adoption) == ["adoption-edited"]
    assert match(folder, _ledger(MatchBy.FILE_NAME, replace(rows[0], hash=same))).findings == ()


def test_what_cannot_be_matched_is_told() -> None:
    """Alembic's revisions are a note, and a table that cannot be read is an error: neither gives applied versions."""
    folder = _folder(_file("1_a.sql"))
    note = replace(_ledger(MatchBy.NOTHING, ForeignRow("1", 1)), note="its migrations are Python files")
    adoption = match(folder, note)
    assert (adoption.applied, _rules(adoption)) == ((), ["adoption-note"])
    unreadable = replace(_ledger(MatchBy.VERSION, ForeignRow("1", 1)), readable=False, note="no right")
    adoption = match(folder, unreadable)
    assert (adoption.applied, adoption.findings.worst) == ((), Severity.ERROR)


def _drizzle(*rows: tuple[str, int | None], names: tuple[str, ...] = ()) -> ForeignLedger:
    named = [*names, *[""] * (len(rows) - len(names))]
    columns = {"id", "hash", "created_at"} | ({"name", "applied_at"} if names else set())
    made = tuple(ForeignRow(name or sha, when, hash=sha) for (sha, when), name in zip(rows, named, strict=True))
    return ForeignLedger(
        "drizzle", "drizzle", "__drizzle_migrations", made, by=MatchBy.DRIZZLE, columns=frozenset(columns)
    )


def _row(migration: Migration) -> tuple[str, int]:
    assert migration.drizzle is not None
    return migration.drizzle.hash, migration.drizzle.when


def test_drizzle_rows_match_by_hash_and_when() -> None:
    """Equal texts have equal hashes: `when` tells them apart, and each row is one file's."""
    files = [_file(f"000{number}_x.sql", when=1000 + number, text="") for number in range(3)]
    adoption = match(_folder(*files), _drizzle(_row(files[0]), _row(files[2])))
    assert _applied(adoption) == [0, 2]
    assert adoption.passed_over == (files[1],)
    assert _rules(adoption) == ["adoption-passed-over"]


def test_an_edited_drizzle_file_is_still_its_row() -> None:
    """drizzle goes by `when`, so a file with another hash is applied, and told as edited."""
    file = _file("0000_a.sql", when=5)
    adoption = match(_folder(file), _drizzle(("e" * 64, 5)))
    assert (_applied(adoption), _rules(adoption)) == ([0], ["adoption-edited"])


def test_a_moved_when_is_found_by_hash() -> None:
    """A journal that was written anew has other times; the same text is the same migration."""
    file = _file("0000_a.sql", when=5)
    adoption = match(_folder(file), _drizzle((_row(file)[0], 77)))
    assert (_applied(adoption), adoption.findings) == ([0], ())


def test_what_drizzle_would_never_run_is_not_called_applied() -> None:
    """A branch merged late has an earlier `when`: drizzle skips it in silence, and it never ran."""
    first, late, last = (
        _file("0000_a.sql", when=10, text="a"),
        _file("0001_b.sql", when=15, text="b"),
        _file("0002_c.sql", when=20, text="c"),
    )
    adoption = match(_folder(first, late, last), _drizzle(_row(first), _row(last)))
    assert adoption.applied == (first, last)
    assert adoption.passed_over == (late,)
    assert "0001_b" in adoption.findings[0].message
    assert "(20)" in adoption.findings[0].message


def test_newer_drizzle_goes_by_folder_names() -> None:
    """With names, `when` has no say: a file below the last row is simply not applied yet."""
    a = _file("20240101000000_a/migration.sql", when=1704067200000, text="a")
    b = _file("20240102000000_b/migration.sql", when=1704153600000, text="b")
    adoption = match(_folder(a, b), _drizzle(("f" * 64, 1), names=("20240102000000_b",)))
    assert (adoption.applied, adoption.passed_over) == ((b,), ())
    adoption = match(_folder(a, b), _drizzle(("0" * 64, 1704067200999)))
    assert adoption.applied == (a,)  # an older drizzle's milliseconds, a newer folder's seconds


def test_drizzle_rows_need_a_drizzle_folder() -> None:
    """In any other folder there is nothing to go by: a note, and each row unknown."""
    adoption = match(_folder(_file("0000_a.sql")), _drizzle(("a" * 64, 1)))
    assert (adoption.applied, _rules(adoption)) == ((), ["adoption-note", "adoption-unknown-row"])


def test_a_drizzle_row_without_a_time_is_told() -> None:
    """NULL sorts above all: drizzle before 1.0 would run everything again."""
    file = _file("0000_a.sql", when=5)
    adoption = match(_folder(file), _drizzle((_row(file)[0], None)))
    assert (_applied(adoption), _rules(adoption)) == ([0], ["adoption-drizzle-row"])


def test_thousands_of_drizzle_rows_are_matched_quickly() -> None:
    """The comparison does not grow with the square of the rows: 4,000 files with no row in common."""
    files = [_file(f"{number}_x.sql", when=number, text=str(number)) for number in range(4000)]
    rows = [(f"{number:064x}", 10**6 + number) for number in range(4000)]
    adoption = match(_folder(*files), _drizzle(*rows))
    assert len(adoption.unknown) == 4000


def test_other_folders_have_no_mirror() -> None:
    """Only drizzle's own files have a row in drizzle's table."""
    file = _file("0000_a.sql")
    assert mirror_applied(file, None) == ()
    assert mirror_forgotten(file, None) == ()
    assert mirror_forgotten(_file("0000_a.sql", when=1), None) == ()


def test_the_table_is_made_only_where_there_is_none() -> None:
    """The second migration of a run is told of the table that the first one makes."""
    file = _file("0000_a.sql", when=1)
    assert "create table" in mirror_applied(file, None)[0].sql.text
    assert "create table" not in mirror_applied(file, mirrored_ledger(file))[0].sql.text
    assert "name" not in mirrored_ledger(file).columns
    assert "name" in mirrored_ledger(_file("20240101000000_a/migration.sql", when=1)).columns


def test_an_unreadable_ledger_of_drizzle_is_an_error() -> None:
    """Going on would leave drizzle behind without a word."""
    ledger = replace(_drizzle(), readable=False, note="this role may not read it")
    for mirror in (mirror_applied, mirror_forgotten):
        with pytest.raises(MigrationError, match="cannot be kept in step"):
            mirror(_file("0000_a.sql", when=1), ledger)


def test_the_folders_own_drizzle_ledger_is_found() -> None:
    """The one with the folder's rows, else the usual one, else an empty one; never another app's."""
    file = _file("0000_a.sql", when=5)
    folder, usual = _folder(file), _drizzle()
    with_ours = replace(_drizzle(_row(file)), schema="app")
    with_others = replace(_drizzle(("0" * 64, 99)), schema="other")
    empty = replace(_drizzle(), schema="empty")
    assert drizzle_ledger(folder, []) is None
    assert drizzle_ledger(folder, [with_others]) is None
    assert drizzle_ledger(folder, [with_others, empty]) is empty
    assert drizzle_ledger(folder, [with_others, empty, usual]) is usual
    closed = replace(empty, schema="closed", readable=False)
    assert drizzle_ledger(folder, [with_others, closed]) is closed
    assert drizzle_ledger(folder, [with_others, usual, with_ours]) is with_ours
    with pytest.raises(MigrationError, match=r"app\.__drizzle_migrations, again\.__drizzle_migrations"):
        drizzle_ledger(folder, [with_ours, replace(with_ours, schema="again")])


def test_hasura_state_is_that_of_the_folder_s_database() -> None:
    """`migrations/default` is Hasura's database `default`; with one database there is no choice."""
    rows = tuple(_versions("1"))
    empty = ForeignLedger("hasura-v3", "hdb_catalog", "hdb_version", source="empty")
    states = [replace(empty, rows=rows, source=name) for name in ("default", "reports")]
    assert hasura_ledger(_folder(name="/p/migrations/empty"), [empty]) is None
    assert hasura_ledger(_folder(name="/p/elsewhere"), [replace(states[0], readable=False)]) is None
    assert hasura_ledger(_folder(name="/p/migrations/reports"), states) is states[1]
    assert hasura_ledger(_folder(name="/p/elsewhere"), states) is None
    assert hasura_ledger(_folder(name="/p/elsewhere"), states[:1]) is states[0]


def test_a_gap_in_hasuras_state_is_told_in_one_sentence() -> None:
    """What we applied and Hasura's state lacks is named, a few versions only; agreement says nothing."""
    folder = _folder(*(_file(f"{number}_x/up.sql") for number in range(1, 7)))
    state = ForeignLedger("hasura-v3", "hdb_catalog", "hdb_version", tuple(_versions("1")), source="default")
    told = hasura_state_note(folder, state, {1, 2, 3, 4, 5})
    assert told is not None
    assert "2, 3, 4 and 1 more" in told
    assert hasura_state_note(folder, state, {1}) is None
    assert hasura_state_note(folder, None, {1}) is None
