"""From folders to migrations; nothing is passed over in silence."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError, MigrationError
from pytest_nself.core.finding import Severity
from pytest_nself.migrations.layouts import read_migrations
from pytest_nself.migrations.migration import Migrations
from pytest_nself.project.folders import find_migrations_folder


def _read(folder: Path, files: dict[str, str | bytes]) -> Migrations:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_migrations(folder)


def _errors(migrations: Migrations) -> dict[str, str]:
    """The names of the files with errors, and the rules."""
    return {one.subject.name: one.rule for one in migrations.findings.at_least(Severity.ERROR)}


def test_all_layouts_in_one_folder(tmp_path: Path) -> None:
    """Layouts mix, and versions compare as numbers although they are written in several widths."""
    found = _read(
        tmp_path,
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
        },
    )
    assert [one.label for one in found] == [
        "003_marked",
        "0007_pair",
        "8_plain",
        "00009_under",
        "00013_nested",
        "20260203070900_last",
    ]
    assert [one.version for one in found] == [3, 7, 8, 9, 13, 20260203070900]
    assert [(one.down or "").strip() for one in found] == [f"select -{n};" if n else "" for n in (1, 2, 3, 4, 6, 0)]
    assert [(one.rule, one.severity) for one in found.findings] == [("migration-no-down", Severity.INFO)]


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- UP", "-- DOWN"),
        ("--up:", "--   Down :"),
        ("-- migrate:up", "-- migrate:down"),
        ("-- ==== UP ====", "-- ---- DOWN ----"),
        ("-- Up Migration", "-- Down Migration"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_marks(tmp_path: Path, up: str, down: str, line_end: str, bom: bytes) -> None:
    """A marked file is divided at its marks in any spelling and line end; places are the file's lines."""
    lines = ["-- Migration: 1_a", up, "select 1;", "", down, "select 2;", ""]
    (one,) = _read(tmp_path, {"1_a.sql": bom + line_end.join(lines).encode()})
    assert (one.up, one.down) == ("select 1;\n\n", "select 2;\n")
    assert one.down_place is not None
    assert (one.place.line, one.down_place.line) == (3, 6)


def test_marks_inside_quotes_and_bodies_are_text(tmp_path: Path) -> None:
    """`-- DOWN` in a string, a function's body, parentheses or a block comment divides nothing."""
    up = (
        "create function f() returns text language plpgsql as $b$\nbegin\n-- DOWN\nreturn '\n-- UP\n';\nend $b$;\n"
        "/*\n-- DOWN\n*/\ncreate table t (\n-- down\na int\n);\nselect '\n-- DOWN\n';\n"
        "create function g() returns int language sql begin atomic\n-- DOWN\nselect 1;\nend;\n"
    )
    (one,) = _read(tmp_path, {"1_a.sql": f"-- UP\n{up}-- DOWN\ndrop table t;\n"})
    assert (one.up, one.down) == (up, "drop table t;\n")


def test_marks_are_comments_in_the_files_of_a_pair(tmp_path: Path) -> None:
    """The name says already what an .up.sql is."""
    (one,) = _read(tmp_path, {"1_a.up.sql": "-- UP\nselect 1;\n", "1_a.down.sql": "-- DOWN\nselect 2;\n"})
    assert one.up == "-- UP\nselect 1;\n"


def test_strays_are_errors(tmp_path: Path) -> None:
    """Every SQL file that is no migration is an error with its name; other files are nobody's business."""
    found = _read(
        tmp_path,
        {
            "1_a.sql": "select 1;",
            "README.md": "",
            "helpers.sql": "select 1;",
            "V2__flyway.SQL": "select 1;",
            "2_nested/up.sql": "select 1;",
            "2_nested/more.sql": "select 1;",
            "2_nested/deep/up.sql": "select 1;",
            "sub/3_b.sql": "select 1;",
        },
    )
    assert _errors(found) == dict.fromkeys(
        ["helpers.sql", "V2__flyway.SQL", "2_nested/more.sql", "2_nested/deep/up.sql", "sub/3_b.sql"],
        "migration-stray-file",
    )
    with pytest.raises(MigrationError, match="Also:"):
        found.raise_errors()


@pytest.mark.parametrize(
    ("files", "errors"),
    [
        ({"1_a.sql": "x", "0001_b.sql": "x"}, {"1_a.sql": "migration-same-version"}),
        ({"1_a.sql": "x", "1_b/up.sql": "x"}, {"1_b/up.sql": "migration-same-version"}),
        ({"1_a.down.sql": "x"}, {"1_a.down.sql": "migration-down-without-up"}),
        ({"1_a_down.sql": "x"}, {"1_a_down.sql": "migration-down-without-up"}),
        ({"1_a/down.sql": "x"}, {"1_a/down.sql": "migration-down-without-up"}),
        ({"1_down_a.sql": "x"}, {"1_down_a.sql": "migration-down-or-up"}),
        ({"1_a.sql": "x", "1_a.up.sql": "x"}, {"1_a.up.sql": "migration-two-ups"}),
        ({"1_a.sql": "x\n-- DOWN\ny", "1_a.down.sql": "y"}, {"1_a.down.sql": "migration-two-downs"}),
        ({"1_a.sql": "-- UP\nx;\n-- DOWN\ny;\n-- UP\nz;"}, {"1_a.sql": "migration-repeated-part"}),
        ({"1_a.sql": "x;\n-- UP\ny;"}, {"1_a.sql": "migration-outside-parts"}),
        ({"1_a.sql": "-- +goose Up\nx;\n-- +goose Down\ny;"}, {"1_a.sql": "migration-foreign-marks"}),
        ({"1_a.sql": "-- nself:no-transactoin\nx;"}, {"1_a.sql": "migration-directive"}),
        ({"1_a.sql": "x;\n-- nself:no-transaction\ny;"}, {"1_a.sql": "migration-directive"}),
        ({"1_a.sql": b"x \xff"}, {"1_a.sql": "migration-not-text"}),
        ({"1_a.sql": b"x \0"}, {"1_a.sql": "migration-not-text"}),
        ({"99999999999999999999_a.sql": "x"}, {"99999999999999999999_a.sql": "migration-version"}),
    ],
)
def test_what_cannot_be_used_is_an_error(tmp_path: Path, files: dict[str, str | bytes], errors: dict[str, str]) -> None:
    """Each wrong file is named with its rule."""
    assert _errors(_read(tmp_path, files)) == errors


def test_blank_parts_are_warnings(tmp_path: Path) -> None:
    """Zero bytes and bare comments can run, and do nothing: said, but no error. A blank down is no down."""
    found = _read(tmp_path, {"1_a.sql": "", "2_b.up.sql": "select 1;", "2_b.down.sql": "-- could not generate\n"})
    warned = [(one.subject.name, one.rule) for one in found.findings.at_least(Severity.WARNING)]
    assert warned == [("1_a.sql", "migration-blank-up"), ("2_b.down.sql", "migration-blank-down")]
    assert [one.down for one in found] == [None, None]
    found.raise_errors()


def test_downs_in_names_that_are_no_downs(tmp_path: Path) -> None:
    """`downloads` is a word of its own; an explicit up, by suffix or by mark, is an up whatever the name says."""
    found = _read(
        tmp_path,
        {
            "1_downloads.sql": "select 1;",
            "2_scale_down.up.sql": "select 1;",
            "2_scale_down.down.sql": "select 1;",
            "3_shut_down.sql": "-- UP\nselect 1;\n-- DOWN\nselect 2;",
        },
    )
    assert not _errors(found)
    assert [one.label for one in found] == ["1_downloads", "2_scale_down", "3_shut_down"]


def test_a_down_of_another_name_but_the_same_version_belongs(tmp_path: Path) -> None:
    """Pairs are matched by version where no other up could own the down."""
    (one,) = _read(tmp_path, {"1_create_users.up.sql": "select 1;", "1_drop_users.down.sql": "select 2;"})
    assert one.down == "select 2;"


def test_the_checksum_is_the_files_own(tmp_path: Path) -> None:
    """A plain file's checksum is its sha256; line ends and a byte order mark do not change it."""
    text = b"create table t ();\nselect 1;\n"
    (plain,) = _read(tmp_path / "a", {"1_a.sql": text})
    (windows,) = _read(tmp_path / "b", {"1_a.sql": b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")})
    assert plain.checksum == windows.checksum == sha256(text).hexdigest()


def test_editing_a_down_leaves_the_checksum(tmp_path: Path) -> None:
    """The checksum guards what was applied, which is the up."""
    (before,) = _read(tmp_path, {"1_a.sql": "-- UP\nselect 1;\n-- DOWN\nselect 2;\n"})
    (after,) = _read(tmp_path, {"1_a.sql": "-- UP\nselect 1;\n-- DOWN\nselect 3;\n"})
    assert before.checksum == after.checksum


def test_directives(tmp_path: Path) -> None:
    """The header's no-transaction counts for both parts, dbmate's option for its own."""
    found = _read(
        tmp_path,
        {
            "1_a.sql": "-- nself:no-transaction\n-- UP\nselect 1;\n-- DOWN\nselect 2;",
            "2_b.sql": "-- migrate:up transaction:false\nselect 1;\n-- migrate:down\nselect 2;",
            "3_c/up.sql": "select 1;",
            "3_c/down.sql": "-- nself:no-transaction\nselect 2;",
        },
    )
    said = [(one.directives.no_transaction, one.directives.down_no_transaction) for one in found]
    assert said == [(True, True), (True, False), (False, True)]


@pytest.mark.parametrize("place", ["migrations", "nself/migrations", "hasura/migrations/default", "drizzle"])
def test_the_usual_folders_are_found(tmp_path: Path, place: str) -> None:
    """The one usual folder that holds SQL is the project's; an empty one beside it does not matter."""
    (tmp_path / "db" / "migrations").mkdir(parents=True)
    _read(tmp_path / place, {"1_a.sql": "select 1;"})
    assert find_migrations_folder(tmp_path) == tmp_path / place


def test_a_folder_inside_another_is_the_one(tmp_path: Path) -> None:
    """hasura/migrations holds files only through hasura/migrations/default."""
    _read(tmp_path / "hasura/migrations/default/1_a", {"up.sql": "select 1;"})
    assert find_migrations_folder(tmp_path) == tmp_path / "hasura/migrations/default"


def test_two_folders_are_an_error_that_names_both(tmp_path: Path) -> None:
    """Nobody guesses; the setting decides."""
    _read(tmp_path / "migrations", {"1_a.sql": "select 1;"})
    _read(tmp_path / "db/migrations", {"1_a.sql": "select 1;"})
    with pytest.raises(ConfigError, match=r"migrations and db/migrations[\s\S]*--migration-dir"):
        find_migrations_folder(tmp_path)
    assert find_migrations_folder(tmp_path, "db/migrations") == tmp_path / "db/migrations"


def test_no_folder(tmp_path: Path) -> None:
    """No folder is None; a folder that was named and is not there is an error."""
    assert find_migrations_folder(tmp_path) is None
    with pytest.raises(ConfigError, match="nowhere"):
        find_migrations_folder(tmp_path, "nowhere")
