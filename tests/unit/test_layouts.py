"""From folders to migrations; nothing is passed over in silence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pytest_nself.core.errors import ConfigError, MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations

Errors = Callable[[Migrations], list[tuple[str, str]]]


def test_all_layouts_in_one_folder(folder: Any) -> None:
    """Layouts mix, and versions compare as numbers although they are written in several widths."""
    found = folder.read(
        {
            "20260203070900_last.sql": "select 5;",
            "003_marked.sql": "-- UP\nselect 1;\n-- DOWN\nselect -1;\n",
            "0007_pair.up.sql": "select 2;",
            "0007_pair.down.sql": "select -2;",
            "8_plain.sql": "select 3;",
            "8_plain.down.sql": "select -3;",
            "00009_under_up.sql": "select 4;",
            "00009_under_down.sql": "select -4;",
            "00013_nested/up.sql": "select 6;",
            "00013_nested/down.sql": "select -6;",
            "14_goose.sql": "-- +goose Up\nselect 7;\n-- +goose Down\nselect -7;",
            "15_dbmate.sql": "-- migrate:up\nselect 8;\n-- migrate:down\nselect -8;",
            "16_rubenv.sql": "-- +migrate Up\nselect 9;\n-- +migrate Down\nselect -9;",
            "20251222212715_kit/migration.sql": "select 10;",
            "20251222212715_kit/snapshot.json": "{}",
            "20251222212715_kit/down.sql": "select -10;",
            "17_prisma/migration.sql": "select 11;",
        }
    )
    assert [(one.label, one.layout) for one in found] == [
        ("003_marked", "marked -- UP"),
        ("0007_pair", "pair .up.sql"),
        ("8_plain", "pair .down.sql"),
        ("00009_under", "pair _up.sql"),
        ("00013_nested", "nested"),
        ("14_goose", "marked -- +goose Up"),
        ("15_dbmate", "marked -- migrate:up"),
        ("16_rubenv", "marked -- +migrate Up"),
        ("17_prisma", "nested migration.sql"),
        ("20251222212715_kit", "drizzle folders"),
        ("20260203070900_last", "plain"),
    ]
    assert [one.version for one in found][:5] == [3, 7, 8, 9, 13]
    downs = [int((one.down or "select 0").strip(" ;\n").removeprefix("select ")) for one in found]
    assert downs == [-1, -2, -3, -4, -6, -7, -8, -9, 0, -10, 0]
    assert {(one.rule, one.severity) for one in found.findings} == {("migration-no-down", Severity.INFO)}


def test_marks_are_comments_in_the_files_of_a_pair(folder: Any) -> None:
    """The name says already what an .up.sql is."""
    (one,) = folder.read({"1_a.up.sql": "-- UP\nselect 1;\n", "1_a.down.sql": "-- DOWN\nselect 2;\n"})
    assert one.up == "-- UP\nselect 1;\n"


def test_strays_are_errors(folder: Any, errors: Errors) -> None:
    """Every SQL file that is no migration is an error with its name."""
    found = folder.read(
        {
            "1_a.sql": "select 1;",
            "helpers.sql": "select 1;",
            "V2__flyway.SQL": "select 1;",
            "2_nested/up.sql": "select 1;",
            "2_nested/more.sql": "select 1;",
            "2_nested/deep/up.sql": "select 1;",
            "sub/3_b.sql": "select 1;",
            "4_kit/migration.sql": "select 1;",
            "4_kit/also.sql": "select 1;",
        }
    )
    names = ["2_nested/deep/up.sql", "2_nested/more.sql", "4_kit/also.sql", "V2__flyway.SQL", "helpers.sql"]
    assert errors(found) == [(name, "stray-file") for name in [*names, "sub/3_b.sql"]]
    with pytest.raises(MigrationError, match="Also:"):
        found.raise_errors()


def test_what_is_no_sql_file_is_nobodys_business(folder: Any) -> None:
    """Notes, hidden files, what editors and systems leave behind, our own nself.sum: no migrations, no findings."""
    found = folder.read(
        {
            "1_a.up.SQL": "select 1;",
            "1_a.Down.sql": "select 1;",
            **dict.fromkeys(["README.md", ".gitkeep", ".DS_Store", "nself.sum", "atlas.sum"], ""),
            **dict.fromkeys([".#1_a.sql", "._1_a.sql", "1_a.sql~", "1_a.sql.orig", "#1_a.sql#", ".git/x.sql"], "x"),
        }
    )
    assert [one.label for one in found] == ["1_a"]
    assert not found.findings


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"1_a.sql": "x", "0001_b.sql": "x"}, [("1_a.sql", "same-version")]),
        ({"1_a.sql": "x", "1_b/up.sql": "x"}, [("1_b/up.sql", "same-version")]),
        ({"1_a.down.sql": "x"}, [("1_a.down.sql", "down-without-up")]),
        ({"1_a_down.sql": "x"}, [("1_a_down.sql", "down-without-up")]),
        ({"1_a/down.sql": "x"}, [("1_a/down.sql", "down-without-up")]),
        ({"1_a/a.sql": "x", "1_a/b.sql": "x"}, [("1_a", "missing-up")]),
        ({"1_a.sql": "-- what it undoes\n-- DOWN\nx;"}, [("1_a.sql", "missing-up")]),
        ({"1_down_a.sql": "x"}, [("1_down_a.sql", "down-or-up")]),
        ({"1_a.sql": "x", "1_a.up.sql": "x"}, [("1_a.up.sql", "two-ups")]),
        ({"1_a.sql": "x\n-- DOWN\ny", "1_a.down.sql": "y"}, [("1_a.down.sql", "two-downs")]),
        ({"1_a.sql": "x", "1_a.down.sql": "y", "1_a_down.sql": "y"}, [("1_a_down.sql", "two-downs")]),
        ({"1_a.sql": b"x \xff"}, [("1_a.sql", "not-text")]),
        ({"1_a.sql": b"x \0"}, [("1_a.sql", "not-text")]),
        ({"1_a.down.sql": b"\xff", "1_a.sql": "x"}, [("1_a.down.sql", "not-text")]),
        ({"99999999999999999999_a.sql": "x"}, [("99999999999999999999_a.sql", "version")]),
    ],
)
def test_what_cannot_be_used_is_an_error(
    folder: Any, errors: Errors, files: dict[str, str | bytes], expected: list[tuple[str, str]]
) -> None:
    """Each wrong file is named with its rule."""
    assert errors(folder.read(files)) == expected


def test_a_folder_without_an_up_names_what_it_holds(folder: Any) -> None:
    """A folder with a version and other files says which they are; an empty one is a warning."""
    found = folder.read({"1_a/first.sql": "x", "1_a/second.sql": "x", "2_b/notes.txt": ""})
    messages = [(one.rule, one.message) for one in found.findings]
    assert messages == [
        ("migration-missing-up", "The folder 1_a has no up.sql, but first.sql, second.sql."),
        ("migration-empty-folder", "The folder 2_b holds no SQL file."),
    ]


def test_blank_parts_are_warnings(folder: Any) -> None:
    """Zero bytes are one thing and bare comments another; both can run, and do nothing. A blank down is no down."""
    found = folder.read(
        {
            "1_a.sql": "",
            "2_b.up.sql": "select 1;",
            "2_b.down.sql": "-- could not generate\n",
            "3_c.sql": "-- UP\n-- TODO\n-- DOWN\n\n",
        }
    )
    warned = [(one.subject.name, one.rule) for one in found.findings.at_least(Severity.WARNING)]
    assert warned == [
        ("1_a.sql", "migration-empty-up"),
        ("2_b.down.sql", "migration-blank-down"),
        ("3_c.sql", "migration-blank-up"),
        ("3_c.sql", "migration-empty-down"),
    ]
    assert [one.down for one in found] == [None, None, None]
    found.raise_errors()


def test_downs_in_names_that_are_no_downs(folder: Any, errors: Errors) -> None:
    """`downloads` is a word of its own; an explicit up, by suffix or by mark, is an up whatever the name says."""
    found = folder.read(
        {
            "1_downloads.sql": "select 1;",
            "2_scale_down.up.sql": "select 1;",
            "2_scale_down.down.sql": "select 1;",
            "3_shut_down.sql": "-- UP\nselect 1;\n-- DOWN\nselect 2;",
            "4_down_again.sql": "-- +goose Up\nselect 1;",
            "5_clean_up.sql": "select 1;",
        }
    )
    assert not errors(found)
    assert [one.label for one in found] == [
        "1_downloads",
        "2_scale_down",
        "3_shut_down",
        "4_down_again",
        "5_clean_up",
    ]


def test_a_down_of_another_name_but_the_same_version_belongs(folder: Any) -> None:
    """Pairs are matched by version where no other up could own the down."""
    (one,) = folder.read({"1_create_users.up.sql": "select 1;", "1_drop_users.down.sql": "select 2;"})
    assert one.down == "select 2;"


def test_the_checksum_is_the_files_own(folder: Any) -> None:
    """A plain file's checksum is its sha256; line ends and a byte order mark do not change it."""
    text = b"create table t ();\nselect 1;\n"
    plain, windows = folder.read({"1_a.sql": text, "2_b.sql": b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")})
    assert plain.checksum == windows.checksum == sha256(text).hexdigest()


def test_editing_a_down_leaves_the_checksum(folder: Any) -> None:
    """The checksum guards what was applied, which is the up."""
    (before,) = folder.read({"1_a.sql": "-- UP\nselect 1;\n-- DOWN\nselect 2;\n"})
    (after,) = folder.read({"1_a.sql": "-- UP\nselect 1;\n-- DOWN\nselect 3;\n"})
    assert before.checksum == after.checksum


def test_weird_names(folder: Any, errors: Errors) -> None:
    """Blanks, quotes, letters of any script and line ends in names: a name is a name."""
    names = ['1_add user\'s "prefs".sql', "2-größe.sql", "3_a\nb.sql", "4.sql", "5.dotted.sql", "6_🎉.up.sql"]
    found = folder.read(dict.fromkeys(names, "select 1;"))
    assert not errors(found)
    expected = ['add user\'s "prefs"', "größe", "a\nb", "", "dotted", "🎉"]
    assert [one.name for one in found] == expected


@pytest.mark.skipif(sys.platform == "darwin", reason="such names cannot be there")
def test_names_that_are_no_text(folder: Any, errors: Errors) -> None:
    """A file or folder whose name is not UTF-8 could not be recorded: an error that can be printed."""
    for name in (b"1_\xff.sql", b"2_b/up\xff.sql", b"3_\xff/up.sql"):
        path = folder.path / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text("select 1;")
    folder.put({"2_b/up.sql": "select 1;"})
    found = folder.read()
    assert errors(found) == [(name, "not-text") for name in ("1_?.sql", "2_b/up?.sql", "3_?")]
    assert "\n".join(map(str, found.findings)).encode()


def test_links_are_followed(folder: Any, errors: Errors, tmp_path: Path) -> None:
    """A link to a file or a folder is what it points to; one that points nowhere is an error; a loop ends."""
    elsewhere = tmp_path / "shared"
    elsewhere.mkdir()
    (elsewhere / "up.sql").write_text("select 1;")
    (folder.path / "1_a.sql").symlink_to(elsewhere / "up.sql")
    (folder.path / "2_b").symlink_to(elsewhere, target_is_directory=True)
    (folder.path / "3_c.sql").symlink_to(elsewhere / "gone.sql")
    (folder.path / "loop").symlink_to(folder.path, target_is_directory=True)
    found = folder.read()
    assert [one.label for one in found] == ["1_a", "2_b"]
    assert ("3_c.sql", "unreadable") in errors(found)


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    """A file, or nothing at all, in the folder's place is said in words."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="is not a folder"):
        read_migrations(tmp_path / "file")
    with pytest.raises(ConfigError, match="is not a folder"):
        read_migrations(tmp_path / "nowhere")


def test_places_are_shown_as_the_folder_was_given(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in places begin as the caller wrote the folder, and findings name files within it."""
    folder.put({"1_a.sql": "select 1;", "2_b/up.sql": "select 2;"})
    monkeypatch.chdir(folder.path.parent)
    found = read_migrations(Path("migrations"))
    assert [one.place.path for one in found] == ["migrations/1_a.sql", "migrations/2_b/up.sql"]
    monkeypatch.chdir(folder.path)
    here = read_migrations(Path())
    assert [one.place.path for one in here] == ["1_a.sql", "2_b/up.sql"]
    assert [one.subject.name for one in here.findings] == ["1_a.sql", "2_b/up.sql"]
