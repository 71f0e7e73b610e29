"""The fixtures folder: which sets are there, and reading one by its name."""

from __future__ import annotations

from pathlib import Path

from pytest_nself.core.errors import FixtureError
from pytest_nself.core.place import Place
from pytest_nself.data.nearest import nearest

from .fixture_set import FixtureFile, FixtureKind, FixtureSet

_KINDS = {".sql": FixtureKind.SQL, ".yml": FixtureKind.YAML, ".yaml": FixtureKind.YAML}
_LATER = (".json", ".py")


def list_fixture_sets(folder: Path) -> tuple[FixtureFile, ...]:
    """The sets of `folder` by name: `.sql`, `.yml` and `.yaml` files; none if the folder does not exist.

    Raises FixtureError if two files claim one name.
    """
    found: dict[str, FixtureFile] = {}
    for path in _files(folder):
        kind = _KINDS.get(path.suffix.lower())
        if kind is None:
            continue
        other = found.get(path.stem)
        if other is not None:
            raise FixtureError(
                f'Two files are the fixture set "{path.stem}".',
                f"{Path(other.path).name} and {path.name} stand in {folder}.",
                "rename one of them, or join their rows in one file",
                place=Place(str(path)),
            )
        found[path.stem] = FixtureFile(path.stem, kind, str(path))
    return tuple(found.values())


def read_fixture_set(folder: Path, name: str) -> FixtureSet:
    """The set `name` of `folder`, read and checked as far as that goes without a server.

    Raises FixtureError: unknown name (with the nearest ones), not UTF-8, wrong YAML, a form that this version
    does not know, or transaction control in a `.sql` set; with the place in the file wherever there is one.
    """
    file = next((one for one in list_fixture_sets(folder) if one.name == name), None)
    if file is None:
        raise _unknown(folder, name)
    text = _text(Path(file.path))
    if file.kind is FixtureKind.SQL:
        from .sql import read_sql_set

        return read_sql_set(name, text, file.path)
    from .yaml import read_yaml_set

    return read_yaml_set(name, text, file.path)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FixtureError(
            "This file is not UTF-8.",
            f"Byte {error.start} (0x{error.object[error.start]:02x}) starts no UTF-8 character.",
            "save the file as UTF-8",
            place=Place(str(path), line),
        ) from None


def _unknown(folder: Path, name: str) -> FixtureError:
    if (folder / name).is_dir():
        return FixtureError(
            f'The fixture set "{name}" is a folder; this version reads sets that are one file.',
            "It knows .sql, .yml and .yaml.",
            "write the rows to one file, or load several sets: nself_fixtures marker with several names",
            place=Place(str(folder / name)),
        )
    later = next((path for path in _files(folder) if path.stem == name and path.suffix.lower() in _LATER), None)
    if later is not None:
        return FixtureError(
            f"This version does not read {later.suffix} fixture sets.",
            "It knows .sql, .yml and .yaml.",
            "write the rows as YAML or SQL",
            place=Place(str(later)),
        )
    known = [file.name for file in list_fixture_sets(folder)]
    if not folder.is_dir():
        cause = f"The folder {folder} does not exist."
    else:
        cause = nearest(name, known) or f"The folder {folder} holds no .sql, .yml or .yaml file."
    return FixtureError(
        f'There is no fixture set "{name}".', cause, f"correct the name, or write {folder / name}.yml or {name}.sql"
    )
