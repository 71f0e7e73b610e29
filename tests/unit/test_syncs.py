"""States of the project's files below bin/dbsyncs: kept whole, found again, put back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess  # a process that is killed is the claim
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_nself.authoring import reverting, syncs
from pytest_nself.authoring.reverting import difference, plan_revert, put_back
from pytest_nself.authoring.syncs import State, find_state, keep_state, states
from pytest_nself.core.errors import ConfigError, NselfError, Refused
from pytest_nself.project.folders import find_seeds_folder

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
FILES = {
    "schema.dbml": b"Table users {\r\n  id int\r\n}\r\n",
    "migrations/001_users/up.sql": b"create table users ();\n",
    "migrations/001_users/down.sql": b"drop table users;\n",
    "migrations/nself.sum": b"sum\n",
    "seeds/common/01_users.sql": b"\xff\x00 not a text",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a schema, migrations and seeds."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def keep(root: Path, now: datetime = NOON, **more: object) -> Path:
    given: dict[str, object] = {
        "schema_file": root / "schema.dbml",
        "migrations_folder": root / "migrations",
        "seeds_folder": root / "seeds",
        **more,
    }
    return keep_state(root, now=now, **given)  # type: ignore[arg-type]


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their paths; folders end with a slash."""
    return {
        path.relative_to(folder).as_posix() + ("/" if path.is_dir() else ""): b""
        if path.is_dir()
        else path.read_bytes()
        for path in folder.rglob("*")
    }


def project(root: Path) -> dict[str, bytes]:
    """What of the project a state can hold."""
    return {name: content for name, content in tree(root).items() if not name.startswith("bin/")}


def revert(root: Path, state: State, **more: object) -> reverting.Revert:
    return plan_revert(
        state,
        root,
        schema_file=root / "schema.dbml",
        migrations_folder=root / "migrations",
        seeds_folder=find_seeds_folder(root),
        **more,  # type: ignore[arg-type]
    )


def test_a_state_holds_every_byte(root: Path) -> None:
    """Files byte for byte, with their executable bits, folders and all; and a record of what they were."""
    (root / "migrations" / "run.sh").write_bytes(b"#!/bin/sh\n")
    (root / "migrations" / "run.sh").chmod(0o755)
    (root / "migrations" / "empty").mkdir()
    kept = keep(root, before="db run", environment="dev", applied_head="001_users")
    assert kept == root / "bin/dbsyncs/2026-03-01_12-00-00"
    assert {name: content for name, content in tree(kept).items() if name != "metadata.json"} == project(root)
    assert os.access(kept / "migrations/run.sh", os.X_OK)
    assert not os.access(kept / "schema.dbml", os.X_OK)
    (state,) = states(root)
    assert (state.path, state.kept_at, state.ours) == (kept, NOON, True)
    assert (state.before, state.environment, state.applied_head) == ("db run", "dev", "001_users")
    assert state.homes["migrations"] == syncs.Home("migrations", there=True)
    assert json.loads((kept / "metadata.json").read_text())["kept_at"] == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("home", "kept_in"),
    [
        ("hasura/migrations/default", "migrations/default"),
        ("hasura/migrations", "migrations"),
        ("db/migrations", "migrations"),
        ("drizzle", "migrations"),
        ("drizzle/migrations", "migrations"),
    ],
)
def test_the_migrations_can_be_copied_back_by_hand(tmp_path: Path, home: str, kept_in: str) -> None:
    """`cp -r bin/dbsyncs/latest/migrations hasura/` does what it looks like; so do states that others wrote so."""
    (tmp_path / home).mkdir(parents=True)
    (tmp_path / home / "1_a.sql").write_text("a")
    kept = keep(tmp_path, migrations_folder=tmp_path / home)
    assert (kept / kept_in / "1_a.sql").read_text() == "a"
    for _ in range(2):
        (tmp_path / home / "1_a.sql").write_text("b")
        state = find_state(tmp_path)
        put_back(plan_revert(state, tmp_path, schema_file=tmp_path / "schema.dbml", migrations_folder=tmp_path / home))
        assert {path.name for path in (tmp_path / home).iterdir()} == {"1_a.sql"}
        assert (tmp_path / home / "1_a.sql").read_text() == "a"
        (kept / "metadata.json").unlink(missing_ok=True)  # now it is somebody else's


def test_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    """A new project has nothing to keep, and that is what its state says."""
    keep(tmp_path, seeds_folder=None)
    (state,) = states(tmp_path)
    assert (state.knows("schema.dbml"), state.knows("migrations"), state.knows("seeds")) == (True, True, False)
    assert tree(state.path).keys() == {"metadata.json"}


def test_latest_is_the_state_kept_last(root: Path) -> None:
    """It is a link, so that people can look into it; it is what a revert takes where nobody says which."""
    keep(root)
    second = keep(root, NOON + timedelta(days=1))
    earlier = keep(root, NOON - timedelta(days=1))  # the clock was put back
    assert states(root)[0].path == second
    assert (root / "bin/dbsyncs/latest").resolve() == earlier
    assert find_state(root).path == find_state(root, "latest").path == earlier


def test_without_links_latest_is_a_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system makes no links, it holds the state's name."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    keep(root)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    kept = keep(root, NOON - timedelta(days=1))
    assert (root / "bin/dbsyncs/latest").read_text() == f"{kept.name}\n"
    assert find_state(root).path == kept


def test_two_in_one_second(root: Path) -> None:
    """Each has a folder of its own, also of those that are kept at once; the newest comes first."""
    kept: list[Path] = []
    threads = [Thread(target=lambda: kept.append(keep(root))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = ["2026-03-01_12-00-00", *(f"2026-03-01_12-00-00_{number}" for number in range(2, 13))]
    assert sorted(path.name for path in kept) == sorted(names)
    assert [state.name for state in states(root)] == names[::-1]
    assert all(tree(path).keys() == tree(kept[0]).keys() for path in kept)


@pytest.mark.parametrize(("kept", "left"), [(0, 5), (1, 1), (3, 3), (20, 5)])
def test_retention(root: Path, kept: int, left: int) -> None:
    """The newest stay; 0 keeps all."""
    for day in range(5):
        keep(root, NOON + timedelta(days=day), keep=kept)
    names = [state.name for state in states(root)]
    assert names == [f"2026-03-0{day}_12-00-00" for day in range(5, 5 - left, -1)]
    assert {path.name for path in (root / "bin/dbsyncs").iterdir()} == {*names, "latest", ".gitignore"}


def test_retention_spares(root: Path) -> None:
    """What the caller still needs, what was kept just now whatever the clock says, and what we did not write."""
    oldest = keep(root)
    theirs = root / "bin/dbsyncs/2020-01-01_00-00-00"
    theirs.mkdir()
    (theirs / "schema.dbml").write_text("Table old { id int }")
    (theirs / "metadata.json").write_text('{"timestamp": "x"}')
    keep(root, NOON + timedelta(days=1), keep=1, spare=[oldest.name])
    early = keep(root, NOON - timedelta(days=1), keep=1, spare=[oldest.name])
    assert {state.name for state in states(root)} == {oldest.name, "2026-03-02_12-00-00", early.name, theirs.name}
    foreign = find_state(root, theirs.name)
    assert (foreign.ours, foreign.knows("schema.dbml"), foreign.knows("migrations")) == (False, True, False)


def test_links_are_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link out of the folder, or round in a circle, is kept as a link; the folder itself may be one."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("x")
    (root / "migrations").rename(outside / "real")
    (root / "migrations").symlink_to(outside / "real")
    (outside / "real" / "out").symlink_to(outside / "secret")
    (outside / "real" / "round").symlink_to(".")
    os.mkfifo(outside / "real" / "pipe")
    kept = keep(root)
    assert (kept / "migrations").is_dir()
    assert not (kept / "migrations").is_symlink()
    assert (kept / "migrations/out").readlink() == outside / "secret"
    assert (kept / "migrations/round").readlink() == Path()
    assert not (kept / "migrations/pipe").exists()
    (outside / "real" / "out").unlink()
    (outside / "real" / "001_users/up.sql").write_text("edited")
    put_back(revert(root, find_state(root)))
    assert (outside / "real" / "out").readlink() == outside / "secret"
    assert (outside / "real" / "001_users/up.sql").read_bytes() == FILES["migrations/001_users/up.sql"]
    assert (outside / "secret").read_text() == "x"


def test_the_project_as_folder_of_migrations(root: Path) -> None:
    """States are never kept within states, nor hidden folders like .git."""
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("x")
    for day in range(3):
        kept = keep(root, NOON + timedelta(days=day), migrations_folder=root)
    assert not (kept / "migrations/.git").exists()
    assert not (kept / "migrations/bin/dbsyncs").exists()
    assert (kept / "migrations/seeds/common/01_users.sql").exists()


def test_what_cannot_be_kept_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be read is named, and no half of a state stays."""
    keep(root)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "nself.sum")

    monkeypatch.setattr(syncs, "_copy_file", full)
    with pytest.raises(NselfError, match="cannot be kept") as caught:
        keep(root, before="db run")
    assert caught.value.cause == "nself.sum: No space left on device. Nothing was changed."
    assert {path.name for path in (root / "bin/dbsyncs").iterdir()} == {"2026-03-01_12-00-00", "latest", ".gitignore"}


def test_a_kill_leaves_no_broken_state(root: Path) -> None:
    """Who is killed in the middle leaves nothing that counts as a state, and what is left goes with a later one."""
    program = (
        "import os, signal\n"
        "from datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from pytest_nself.authoring import syncs\n"
        "copy, done = syncs._copy_file, []\n"
        "def dying(source, target):\n"
        "    done.append(copy(source, target))\n"
        "    if len(done) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "syncs._copy_file = dying\n"
        "root = Path('.').resolve()\n"
        "syncs.keep_state(root, schema_file=root / 'schema.dbml', migrations_folder=root / 'migrations', "
        "now=datetime.now(UTC))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert states(root) == ()
    (left,) = [path for path in (root / "bin/dbsyncs").iterdir() if path.name != ".gitignore"]
    keep(root)
    assert left.exists()  # it may be somebody's who still works
    os.utime(left, (0, 0))
    keep(root, NOON + timedelta(days=1))
    assert not left.exists()
    assert len(states(root)) == 2


@pytest.mark.parametrize("record", ["", "[]", "{", '{"tool": "pytest-nself", "parts": 3}', '{"tool": 1}', "\xff"])
def test_a_broken_record_breaks_nothing(root: Path, record: str) -> None:
    """The state is listed by its folder's name."""
    kept = keep(root)
    (kept / "metadata.json").write_bytes(record.encode("latin-1"))
    (state,) = states(root)
    assert (state.name, state.before) == (kept.name, None)


def test_what_is_no_state(root: Path) -> None:
    """Files, other folders, and days that no calendar has."""
    folder = root / "bin/dbsyncs"
    for name in ("2026-02-31_00-00-00", "notes", "2026-03-01", ".keeping-x"):
        (folder / name).mkdir(parents=True)
    (folder / "2026-03-01_00-00-00").write_text("")
    assert states(root) == ()
    with pytest.raises(ConfigError, match="no state in bin/dbsyncs"):
        find_state(root)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("2026-03-02_13-00-00", "2026-03-02_12-00-00"),
        ("2026-03-01", "2026-03-01_12-00-00"),
        ("2031", "2026-03-03_12-00-00"),
        ("2026-03-03_12-00-0", "2026-03-03_12-00-00"),
    ],
)
def test_an_unknown_stamp_names_the_nearest(root: Path, asked: str, nearest: str) -> None:
    """By time where it is one, else by its looks."""
    for day in range(3):
        keep(root, NOON + timedelta(days=day))
    with pytest.raises(ConfigError, match=f"no state {asked}") as caught:
        find_state(root, asked)
    assert caught.value.remedy.startswith(f"the nearest is {nearest}")


def test_there_and_back(root: Path) -> None:
    """What was added goes, what went comes, what was changed is as it was; the state before makes it undone."""
    (root / "migrations/empty").mkdir()
    before = project(root)
    first = keep(root)
    (root / "schema.dbml").write_bytes(b"Table other { id int }\n")
    (root / "migrations/001_users/down.sql").unlink()
    (root / "migrations/002_new").mkdir()
    (root / "migrations/002_new/up.sql").write_text("select 2;")
    (root / "migrations/nself.sum").chmod(0o755)
    (root / "migrations/empty").rmdir()
    (root / "seeds/common/01_users.sql").write_bytes(b"text")
    edited = project(root)
    second = keep(root, NOON + timedelta(days=1))
    plan = revert(root, find_state(root, first.name))
    assert {(change.path.relative_to(root).as_posix(), change.kind) for change in plan.changes} == {
        ("schema.dbml", "changed"),
        ("migrations/001_users/down.sql", "added"),
        ("migrations/002_new/up.sql", "removed"),
        ("migrations/nself.sum", "changed"),
        ("seeds/common/01_users.sql", "changed"),
    }
    put_back(plan)
    assert project(root) == before
    assert not os.access(root / "migrations/nself.sum", os.X_OK)
    assert not revert(root, find_state(root, first.name))
    put_back(revert(root, find_state(root, second.name)))
    assert project(root) == edited


_NAMES = st.sampled_from(["a", "b", "c"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_THINGS = st.one_of(
    st.binary(max_size=3).map(lambda content: ("file", content)),
    st.just(("folder", b"")),
    st.sampled_from([b"a", b"../b", b"nowhere", b"/"]).map(lambda target: ("link", target)),
)


def _make(folder: Path, things: dict[str, tuple[str, bytes]]) -> None:
    """A folder with these things, as far as there is room for them."""
    for name, (kind, content) in things.items():
        path = folder / name
        if any(one.is_symlink() or one.is_file() for one in (path, *path.parents)) or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "file":
            path.write_bytes(content)
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to(os.fsdecode(content))


def _all_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(here, name)
            link = path.readlink() if path.is_symlink() else None
            found[str(path.relative_to(folder))] = link or (None if path.is_dir() else path.read_bytes())
    return found


@given(before=st.dictionaries(_PATHS, _THINGS, max_size=8), after=st.dictionaries(_PATHS, _THINGS, max_size=8))
@settings(max_examples=80, deadline=None)
def test_whatever_became_of_a_folder(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, tuple[str, bytes]],
    after: dict[str, tuple[str, bytes]],
) -> None:
    """Files that became folders or links, and the other way round: back is back, and there again is there."""
    root = tmp_path_factory.mktemp("project")
    migrations = root / "migrations"
    migrations.mkdir()
    _make(migrations, before)
    was = _all_of(migrations)
    first = keep(root)
    shutil.rmtree(migrations)
    migrations.mkdir()
    _make(migrations, after)
    then = _all_of(migrations)
    second = keep(root)
    put_back(revert(root, find_state(root, first.name)))
    assert _all_of(migrations) == was
    put_back(revert(root, find_state(root, second.name)))
    assert _all_of(migrations) == then


def test_a_folder_that_became_a_link_and_back(root: Path) -> None:
    """Nothing is written through a link that was not there."""
    kept = keep(root)
    elsewhere = root / "elsewhere"
    (root / "migrations/001_users").rename(elsewhere)
    (root / "migrations/001_users").symlink_to(elsewhere)
    (elsewhere / "up.sql").write_text("mine")
    put_back(revert(root, find_state(root, kept.name)))
    assert not (root / "migrations/001_users").is_symlink()
    assert (root / "migrations/001_users/up.sql").read_bytes() == FILES["migrations/001_users/up.sql"]
    assert (elsewhere / "up.sql").read_text() == "mine"


def test_what_was_not_known_stays(root: Path) -> None:
    """Seeds that nobody named when the state was kept are not taken away."""
    keep(root, seeds_folder=None)
    (root / "seeds/common/02.sql").write_text("x")
    assert not revert(root, find_state(root))


def test_what_was_not_there_goes(tmp_path: Path) -> None:
    """Before the first run there were no migrations: back there, there are none."""
    keep(tmp_path, seeds_folder=None)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_a.sql").write_text("x")
    (tmp_path / "schema.dbml").write_text("x")
    (tmp_path / ".nself").mkdir()
    (tmp_path / ".nself/schema.hash").write_text("x")
    put_back(revert(tmp_path, find_state(tmp_path)))
    assert project(tmp_path).keys() <= {"migrations/", ".nself/"}


def test_a_file_that_changed_meanwhile(root: Path) -> None:
    """Between the question and the answer somebody saved a file: nothing is done."""
    keep(root)
    (root / "schema.dbml").write_text("one")
    (root / "migrations/nself.sum").write_text("two")
    plan = revert(root, find_state(root))
    (root / "schema.dbml").write_text("three")
    with pytest.raises(Refused, match="has changed"):
        put_back(plan)
    assert (root / "migrations/nself.sum").read_text() == "two"


def test_a_record_leads_nowhere_else(root: Path) -> None:
    """A folder that a record names is used only below the project."""
    kept = keep(root)
    record = json.loads((kept / "metadata.json").read_text())
    for path in ("../outside", "/etc", ".", ""):
        record["parts"]["seeds"]["path"] = path
        (kept / "metadata.json").write_text(json.dumps(record))
        assert reverting.home_of(find_state(root), "seeds", root, "seeds") == root / "seeds"


def test_files_that_the_schema_uses_and_metadata(root: Path) -> None:
    """They are part of the state; Hasura's metadata is put back where that is asked for."""
    (root / "hasura/metadata").mkdir(parents=True)
    (root / "hasura/metadata/tables.yaml").write_text("a")
    (root / "types.dbml").write_text("Enum e { a }")
    kept = keep(root, used=[root / "types.dbml", root.parent / "outside.dbml"])
    assert (kept / "used/types.dbml").read_text() == "Enum e { a }"
    assert (kept / "metadata/tables.yaml").read_text() == "a"
    (root / "types.dbml").unlink()
    (root / "hasura/metadata/tables.yaml").write_text("b")
    state = find_state(root)
    put_back(revert(root, state))
    assert (root / "types.dbml").read_text() == "Enum e { a }"
    assert (root / "hasura/metadata/tables.yaml").read_text() == "b"
    put_back(revert(root, state, with_metadata=True))
    assert (root / "hasura/metadata/tables.yaml").read_text() == "a"


def test_differences(root: Path) -> None:
    """A unified diff, cut short where it is long; in words where there are no lines."""
    keep(root)
    (root / "schema.dbml").write_text("Table users {\n  id bigint\n}\n")
    (root / "seeds/common/01_users.sql").write_bytes(b"now a text")
    (root / "migrations/nself.sum").chmod(0o755)
    (root / "migrations/new.sql").write_text("line\n" * 100)
    shown = {
        change.path.name: difference(change, change.path.name, lines=10)
        for change in revert(root, find_state(root)).changes
    }
    assert "-  id bigint\n+  id int" in shown["schema.dbml"]
    assert shown["01_users.sql"] == "01_users.sql: not a text"
    assert shown["nself.sum"] == "nself.sum: the same text, with other permissions"
    assert shown["new.sql"].endswith("… and 93 lines more")
