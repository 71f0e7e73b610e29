"""Data folders: listed, copied, and kept between runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_nself.server.accounts import plain
from pytest_nself.server.cache import Cache, cache_root
from pytest_nself.server.copying import copy_files, list_tree, make_folders

BUILD = """
import sys, time
from pathlib import Path
from pytest_nself.server.cache import Cache
root, marks = Path(sys.argv[1]), Path(sys.argv[2])
def make():
    with marks.open("a") as file:
        file.write("x")
    time.sleep(0.2)
    data = root.parent / "made"
    data.mkdir()
    (data / "PG_VERSION").write_text("15")
    return data, {"by": "one"}
assert Cache(root).build("key", make).facts == {"by": "one"}
"""


def make(root: Path, content: dict[str, bytes]) -> Path:
    """A folder with these files."""
    root.mkdir(parents=True)
    for name, data in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


names = st.lists(st.sampled_from(["a", "b", "pg_wal", "1", "größe", "with blank"]), min_size=1, max_size=3)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(names.map(lambda parts: "/".join([*parts, "file"])), st.binary(max_size=20_000), max_size=6))
def test_a_copy_is_equal(tmp_path_factory: pytest.TempPathFactory, content: dict[str, bytes]) -> None:
    """Every file and every empty folder is there with the same bytes; who runs a server is left out."""
    root = tmp_path_factory.mktemp("copy")
    source = make(root / "source", content)
    (source / "pg_notify").mkdir()
    (source / "postmaster.pid").write_text("1\n")
    folders, files = list_tree(str(source))
    make_folders(str(root / "target"), folders, None)
    copy_files(str(source), str(root / "target"), files, None)
    copied = {path.relative_to(root / "target").as_posix(): path for path in (root / "target").rglob("*")}
    assert {name: path.read_bytes() for name, path in copied.items() if path.is_file()} == content
    assert "pg_notify" in copied
    assert (root / "target").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in copied.values())


def test_a_file_that_became_shorter(tmp_path: Path) -> None:
    """A copy of less than was listed is an error, not a damaged data folder."""
    source = make(tmp_path / "source", {"pg_control": b"x" * 8192})
    folders, files = list_tree(str(source))
    (source / "pg_control").write_bytes(b"x" * 100)
    make_folders(str(tmp_path / "target"), folders, None)
    with pytest.raises(OSError, match="shorter"):
        copy_files(str(source), str(tmp_path / "target"), files, None)


def test_built_by_one(tmp_path: Path) -> None:
    """Of four processes that want the same folder one makes it, the others wait and find it."""
    marks = tmp_path / "marks"
    command = [sys.executable, "-c", BUILD, str(tmp_path / "cache"), str(marks)]
    running = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0, 0]
    assert marks.read_text() == "x"


def test_found_again(tmp_path: Path) -> None:
    """What was kept is found under its key, with its facts, and copied; another key is not there."""
    cache = Cache(tmp_path / "cache")
    assert cache.find("key") is None
    cache.build("key", lambda: (make(tmp_path / "made", {"a/file": b"1"}), {"tables": [["public", "users"]]}))
    found = Cache(tmp_path / "cache").find("key")
    assert found is not None
    assert found.facts == {"tables": [["public", "users"]]}
    found.copy_to(tmp_path / "copy", plain()).wait()
    assert (tmp_path / "copy" / "a" / "file").read_bytes() == b"1"
    assert cache.find("other") is None


def test_a_build_that_fails_keeps_nothing(tmp_path: Path) -> None:
    """The next one who asks builds again."""
    cache = Cache(tmp_path / "cache")

    def fail() -> tuple[Path, dict[str, object]]:
        raise LookupError

    with pytest.raises(LookupError):
        cache.build("key", fail)
    assert cache.find("key") is None
    cache.build("key", lambda: (make(tmp_path / "made", {"a": b"1"}), {}))
    assert cache.find("key") is not None


def test_old_ones_are_forgotten(tmp_path: Path) -> None:
    """The dozen used last is kept, others go: a project's migrations change every day."""
    cache = Cache(tmp_path / "cache")
    for number in range(14):
        made = make(tmp_path / f"made-{number}", {"a": b"1"})
        cache.build(f"key-{number:02}", lambda made=made: (made, {}))  # type: ignore[misc]
        os.utime(tmp_path / "cache" / f"key-{number:02}", (number, number))
    kept = sorted(path.name for path in (tmp_path / "cache").iterdir() if path.is_dir())
    assert len(kept) <= 13
    assert "key-13" in kept
    assert "key-00" not in kept


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting, with ~; else the platform's cache folder; else, where that is closed, among the temporary files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_root("~/mine") == tmp_path / "mine"
    if sys.platform == "linux":
        assert cache_root(None) == tmp_path / ".cache" / "pytest-nself"
    monkeypatch.setenv("HOME", "/proc")
    assert cache_root(None).parent.name == f"nself-{os.getuid()}"


@pytest.mark.parametrize("many", [0, 10_000])
def test_the_rest_comes_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """What a starting server does not need is copied afterwards: by us, or by a process of its own where it is much."""
    monkeypatch.setattr("pytest_nself.server.cache.MANY_FILES", many)
    content = {"global/1": b"a", "base/1/1": b"b", "base/5/1": b"c", "base/5/2": b"", "base/51/1": b"d"}
    content |= {"base/6/1": b"e", "base/7/1": b"f"}
    cache = Cache(tmp_path / "cache")
    cache.build("key", lambda: (make(tmp_path / "made", content), {"later": ["base/5", "base/7", "base/6"]}))
    found = cache.find("key")
    assert found is not None
    target = tmp_path / "copy"
    rest = found.copy_to(target, plain())
    assert {path.name for path in (target / "base").iterdir()} == {"1", "5", "51", "6", "7"}
    assert (target / "base/51/1").read_bytes() == b"d"
    rest.while_starting()
    rest.wait()
    assert {path: (target / path).read_bytes() for path in content} == content


@pytest.mark.parametrize("many", [0, 10_000])
def test_a_damaged_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """A file of the rest that became shorter is an OSError, whoever copies it."""
    monkeypatch.setattr("pytest_nself.server.cache.MANY_FILES", many)
    cache = Cache(tmp_path / "cache")
    kept = cache.build("key", lambda: (make(tmp_path / "made", {"base/5/1": b"abc"}), {"later": ["base/4", "base/5"]}))
    (kept.path / "data/base/5/1").write_bytes(b"a")
    rest = kept.copy_to(tmp_path / "copy", plain())

    def copy() -> None:
        rest.while_starting()
        rest.wait()

    with pytest.raises(OSError, match="shorter"):
        copy()


def test_hints_are_left_out(tmp_path: Path) -> None:
    """Free space maps and visibility maps are not copied: PostgreSQL makes them anew."""
    source = make(tmp_path / "source", {"base/1/2619": b"a", "base/1/2619_fsm": b"b", "base/1/2619_vm": b"c"})
    assert list_tree(str(source)) == (["base", "base/1"], [("base/1/2619", 1)])
