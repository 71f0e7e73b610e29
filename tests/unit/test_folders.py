"""Which folder holds the migrations, and where a new one goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_nself.core.errors import ConfigError
from pytest_nself.project.folders import MIGRATIONS, find_migrations_folder, migrations_folder_to_write


def _put(path: Path, content: str = "select 1;") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.mark.parametrize("place", MIGRATIONS)
@pytest.mark.parametrize("file", ["1_a.sql", "1_a/up.sql", "1_A.SQL"])
def test_the_usual_folders_are_found(tmp_path: Path, place: str, file: str) -> None:
    """The one that holds SQL is the project's; empty ones beside it do not matter; reading and writing meet."""
    for other in ("db/migrations", "migrations", "drizzle/migrations"):
        (tmp_path / other).mkdir(parents=True)
    _put(tmp_path / place / file)
    _put(tmp_path / "migrations/.#1_a.sql")
    _put(tmp_path / "db/migrations/README.md")
    assert find_migrations_folder(tmp_path) == tmp_path / place
    assert migrations_folder_to_write(tmp_path) == tmp_path / place


@pytest.mark.parametrize(("outer", "inner"), [("hasura/migrations", "default"), ("drizzle", "migrations")])
def test_a_folder_inside_another_is_the_one(tmp_path: Path, outer: str, inner: str) -> None:
    """The outer one holds files only through the inner one, or holds no migrations of its own."""
    _put(tmp_path / outer / inner / "1_a/up.sql")
    _put(tmp_path / outer / "other_database/1_a/up.sql")
    _put(tmp_path / outer / "schema.sql")
    assert find_migrations_folder(tmp_path) == tmp_path / outer / inner


def test_migrations_in_both_the_outer_and_the_inner_folder(tmp_path: Path) -> None:
    """Neither is passed over in silence."""
    _put(tmp_path / "drizzle/0000_a.sql")
    _put(tmp_path / "drizzle/migrations/0000_b.sql")
    with pytest.raises(ConfigError, match="drizzle/migrations and drizzle"):
        find_migrations_folder(tmp_path)


def test_two_folders_are_an_error_that_names_both(tmp_path: Path) -> None:
    """Nobody guesses, neither for reading nor for writing; the setting decides."""
    _put(tmp_path / "migrations/1_a.sql")
    _put(tmp_path / "db/migrations/1_a.sql")
    for function in (find_migrations_folder, migrations_folder_to_write):
        with pytest.raises(ConfigError, match=r"migrations and db/migrations[\s\S]*--migration-dir"):
            function(tmp_path)
        assert function(tmp_path, "db/migrations") == tmp_path / "db/migrations"


def test_three_folders_are_all_named(tmp_path: Path) -> None:
    """As many as there are."""
    for place in ("migrations", "db/migrations", "drizzle"):
        _put(tmp_path / place / "1_a.sql")
    with pytest.raises(ConfigError, match="migrations and db/migrations and drizzle"):
        find_migrations_folder(tmp_path)


def test_a_journal_alone_counts(tmp_path: Path) -> None:
    """A drizzle project whose files are gone is no empty project."""
    _put(tmp_path / "drizzle/meta/_journal.json", "{}")
    (tmp_path / "migrations").mkdir()
    assert find_migrations_folder(tmp_path) == tmp_path / "drizzle"


def test_no_folder(tmp_path: Path) -> None:
    """Nothing there: nothing to read, and `migrations` to write. A folder that was named is made where it was named."""
    assert find_migrations_folder(tmp_path) is None
    assert migrations_folder_to_write(tmp_path) == tmp_path / "migrations"
    assert migrations_folder_to_write(tmp_path, "sql/changes") == tmp_path / "sql/changes"
    with pytest.raises(ConfigError, match="nowhere does not exist"):
        find_migrations_folder(tmp_path, "nowhere")


def test_a_setting_may_be_absolute(tmp_path: Path) -> None:
    """Relative ones begin at the project's root."""
    (tmp_path / "sql").mkdir()
    assert find_migrations_folder(tmp_path / "elsewhere", str(tmp_path / "sql")) == tmp_path / "sql"


@pytest.mark.parametrize("function", [find_migrations_folder, migrations_folder_to_write])
def test_settings_that_name_no_folder(tmp_path: Path, function: object) -> None:
    """A file, or nothing, cannot be the folder: said with what is wanted."""
    assert callable(function)
    _put(tmp_path / "migrations/1_a.sql")
    with pytest.raises(ConfigError, match=r"1_a.sql is a file[\s\S]*name the folder"):
        function(tmp_path, "migrations/1_a.sql")
    with pytest.raises(ConfigError, match="set to nothing"):
        function(tmp_path, " ")


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    """Folders that hold themselves are looked at once."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/again").symlink_to(tmp_path / "migrations", target_is_directory=True)
    assert find_migrations_folder(tmp_path) == tmp_path / "migrations"
