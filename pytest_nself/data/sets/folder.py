"""The fixtures folder: which sets are there, and reading one by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest

from .fixture_set import FixtureFile, FixtureKind, FixtureSet

_KINDS = {
    ".sql": FixtureKind.SQL,
    ".yml": FixtureKind.YAML,
    ".yaml": FixtureKind.YAML,
    ".json": FixtureKind.JSON,
    ".py": FixtureKind.PYTHON,
}
_NO_SETS = frozenset({"conftest.py", "__init__.py"})


def list_fixture_sets(folder: Path) -> tuple[FixtureFile, ...]:
    """The sets of `folder` by name: files of a known kind, and folders with such files; none without `folder`.

    Raises FixtureError if two files claim one name.
    """
    found: dict[str, FixtureFile] = {}
    for path in _children(folder):
        kind = FixtureKind.FOLDER if path.is_dir() else _KINDS.get(path.suffix.lower())
        if kind is None or path.name in _NO_SETS or (kind is FixtureKind.FOLDER and not any(_row_files(path))):
            continue
        name = path.name if kind is FixtureKind.FOLDER else path.stem
        other = found.get(name)
        if other is not None:
            raise FixtureError(
                f'Two files are the fixture set "{name}".',
                f"{Path(other.path).name} and {path.name} stand in {folder}.",
                "rename one of them, or join their rows in one file",
                place=Place(str(path)),
            )
        found[name] = FixtureFile(name, kind, str(path))
    return tuple(sorted(found.values(), key=lambda one: one.name))


def read_fixture_set(folder: Path, name: str) -> FixtureSet:
    """The set `name` of `folder`, read and checked as far as that goes without a server; a `.py` set is run.

    Raises FixtureError: unknown name (with the nearest ones), not UTF-8, wrong YAML or JSON, an unknown form, or
    transaction control in a `.sql` set; with the place in the file wherever there is one.
    """
    file = next((one for one in list_fixture_sets(folder) if one.name == name), None)
    if file is None:
        raise _unknown(folder, name)
    if file.kind is not FixtureKind.FOLDER:
        return _read(name, file.kind, Path(file.path))
    from .joined import joined

    path = Path(file.path)
    parts = [_read(name, _KINDS[one.suffix.lower()], one) for one in _row_files(path)]
    return joined(name, Place(file.path), parts)


def _read(name: str, kind: FixtureKind, path: Path) -> FixtureSet:
    content = path.read_bytes()
    if kind is FixtureKind.PYTHON:
        from .python import read_python_set

        found = read_python_set(name, _text(path, content), str(path))
    else:
        found = _parsed(name, kind, path, content)
    return replace(found, files=(str(path),), digest=sha256(content).hexdigest())


@lru_cache(maxsize=64)
def _parsed(name: str, kind: FixtureKind, path: Path, content: bytes) -> FixtureSet:
    """The same file is asked for again and again in a run, and reading YAML takes its time."""
    text = _text(path, content)
    if kind is FixtureKind.SQL:
        from .sql import read_sql_set

        return read_sql_set(name, text, str(path))
    from .tree import read_json_set, read_yaml_set

    return (read_json_set if kind is FixtureKind.JSON else read_yaml_set)(name, text, str(path))


def _children(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))


def _row_files(folder: Path) -> Iterator[Path]:
    for path in _children(folder):
        if path.is_file() and path.suffix.lower() in _KINDS and path.name not in _NO_SETS:
            yield path


def _text(path: Path, content: bytes) -> str:
    try:
        # A carriage return before a line end is the editor's, not the value's.
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FixtureError(
            "This file is not UTF-8.",
            f"Byte {error.start} (0x{error.object[error.start]:02x}) starts no UTF-8 character.",
            "save the file as UTF-8",
            place=Place(str(path), line),
        ) from None


def _unknown(folder: Path, name: str) -> FixtureError:
    known = [file.name for file in list_fixture_sets(folder)]
    nothing = f"The folder {folder} holds no .yml, .yaml, .json, .sql or .py file."
    cause = nearest(name, known) or nothing if folder.is_dir() else f"The folder {folder} does not exist."
    return FixtureError(
        f'There is no fixture set "{name}".', cause, f"correct the name, or write {folder / name}.yml or {name}.sql"
    )
