"""What the commands on schema.dbml share: the file, what is wrong with it, and the migrations beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nself_cli.invocation import Invocation

from ._schema_files import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nself_cli.session import Session
    from pytest_nself.authoring.lines import Line
    from pytest_nself.catalog.fact import Catalog
    from pytest_nself.migrations.migration import Migrations
    from pytest_nself.project.database_settings import DatabaseSettings
    from pytest_nself.sandbox.kept import TestProject
    from pytest_nself.schema.validation import Validation


class Files(NamedTuple):
    """The project's files as they are: `used` are the schema file and all that it uses, by path, with their texts."""

    project: TestProject
    settings: DatabaseSettings
    path: Path
    validation: Validation
    used: dict[Path, str]

    def load(self, name: str) -> str | None:
        """The text of a file that the schema was read from, as it was then."""
        return self.used.get(Path(name))


def read_files(invocation: Invocation, file: str | None = None, *, environment: str | None = None) -> Files:
    """Read the schema file, `file` or the project's. Raises ConfigError where there is none."""
    from pytest_nself.project.database_settings import read_database_settings
    from pytest_nself.project.schema_file import find_schema_file
    from pytest_nself.project.target import find_root
    from pytest_nself.project.which_environment import choose_environment
    from pytest_nself.sandbox.kept import TestProject
    from pytest_nself.schema.validation import validate_linked

    root = find_root(Path.cwd())
    chosen = choose_environment(root, environment)
    invocation.environment = chosen.name
    settings = read_database_settings(root, chosen.name)
    if file is not None:
        path = find_schema_file(Path.cwd(), file)
    else:
        path = find_schema_file(root, settings.local_schema_file)
    used: dict[Path, str] = {}

    def load(name: str) -> str | None:
        place = Path(name)
        if not place.is_file():
            return None
        used[place] = text = text_of(place)
        return text

    validation = validate_linked(shown(path), load)
    return Files(TestProject.find(root), settings, path, validation, used)


def text_of(path: Path) -> str:
    """A file's text. Raises ConfigError where it is not UTF-8."""
    from pytest_nself.core.errors import ConfigError

    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} cannot be read as text.", f"Byte {error.start} is not UTF-8.", "save the file in UTF-8"
        ) from None


def folder_of(files: Files, setting: str | None = None) -> Path:
    """Where the project's migrations are, or where the first one belongs."""
    from pytest_nself.project.folders import migrations_folder_to_write

    return Path(shown(migrations_folder_to_write(files.project.root, setting or files.project.table.get("migrations"))))


def migrations_in(folder: Path) -> Migrations:
    """The migrations of the folder; none where it is not there yet."""
    from pytest_nself.migrations.layouts import read_migrations
    from pytest_nself.migrations.migration import Migrations

    return read_migrations(folder) if folder.is_dir() else Migrations(str(folder))


def read_live(session: Session) -> Catalog:
    """What is in the environment's database, without the runner's books."""
    from nself_cli.run import connected
    from nself_cli.session import table_of
    from pytest_nself.checks.roundtrips.states import with_dependencies

    with connected(session) as (_, connection):
        return with_dependencies(connection, table_of(session))


def has_errors(found: Iterable[Any]) -> bool:
    """Whether an error is among the findings."""
    from pytest_nself.core.finding import Severity

    return any(one.severity is Severity.ERROR for one in found)


def data_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines for a program."""
    return [
        {
            "sign": line.sign,
            "kind": line.subject.kind,
            "schema": line.subject.schema,
            "name": line.subject.name,
            "part": line.subject.part,
            "changes": [
                {"attribute": one.attribute, "before": _plain(one.before), "after": _plain(one.after)}
                for one in line.changes
                if one.attribute
            ],
        }
        for line in lines
    ]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else str(value)
