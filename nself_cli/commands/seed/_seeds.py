"""What the commands on seeds share: the folder, the files of an environment in their order, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_nself.core.errors import ConfigError, Refused

if TYPE_CHECKING:
    import psycopg

    from nself_cli.session import Session
    from pytest_nself.data.seeds.ordering import Order
    from pytest_nself.data.seeds.plan import SeedPlan
    from pytest_nself.data.seeds.seed_file import SeedFile, Seeds
    from pytest_nself.data.shape.model import Shape


def here() -> Path:
    """The folder that the command is called in."""
    return Path.cwd()


def read_project_seeds(root: Path, findings: list[Any]) -> Seeds:
    """All seeds of the project; what was found on the way is added to `findings`."""
    from pytest_nself.data.seeds.folder import read_seeds
    from pytest_nself.project.folders import SEEDS, find_seeds_folder
    from pytest_nself.project.pyproject import read_table

    folder = find_seeds_folder(root, read_table(root).get("seeds"))
    seeds = read_seeds(root, folder)
    if folder is None and not seeds.files and not seeds.findings:
        raise ConfigError(
            "There is no folder of seeds.",
            f"Looked in {root} for {', '.join(SEEDS)}.",
            "create seeds/common/ with a file such as 01_users.json, or name the folder: `seeds` in [tool.nself]",
        )
    findings.extend(seeds.findings)
    return seeds


def files_of(seeds: Seeds, environment: str, file: str | None, root: Path) -> tuple[SeedFile, ...]:
    """The files of an environment, or the one that is named. Raises what is wrong with any of them."""
    seeds.raise_errors()
    if file is None:
        return seeds.of(environment)
    one = _named(seeds, file, root)
    if not one.counts_in(environment):
        raise Refused(
            f"{one} is a seed of {', '.join(one.tags)}, and this is {environment}.",
            "Nothing was done.",
            f"say --env {one.tags[0]}, or move the file to seeds/common/",
            place=one.place,
        )
    return (one,)


def _named(seeds: Seeds, file: str, root: Path) -> SeedFile:
    from pytest_nself.core.place import Place
    from pytest_nself.data.seeds.ordering import find_file
    from pytest_nself.data.seeds.seed_file import Dependency

    for base in (Path.cwd(), root):
        wanted = (base / file).resolve()
        for one in seeds:
            if Path(one.path).resolve() == wanted:
                return one
    return find_file(seeds.files, Dependency(file, Place("--file")))


def ordered(files: Sequence[SeedFile], shape: Shape | None) -> Order:
    """These files in their order."""
    from pytest_nself.data.seeds.ordering import in_order
    from pytest_nself.data.seeds.plan import touches_of

    return in_order(files, touches_of(shape))


def variables_of(session: Session) -> Callable[[str], str | None]:
    """The variables that `${NAME}` means here: the process environment, then the env files."""
    from pytest_nself.project.env_files import read_sources

    sources = read_sources(session.root, session.target.environment)
    return lambda name: sources.process.get(name) or sources.files.get(name)


def shape_of(session: Session, connection: psycopg.Connection[Any]) -> Shape:
    """The tables that rows can go to; the migrations' ledger is none."""
    from nself_cli.session import table_of
    from pytest_nself.data.shape.reading import read_shape
    from pytest_nself.migrations.ledger import LOG_SUFFIX

    table = table_of(session)
    books = (table.schema, table.name), (table.schema, table.name + LOG_SUFFIX)
    return read_shape(connection, excluded_tables=books)


def plan_of(
    session: Session, connection: psycopg.Connection[Any], files: Sequence[SeedFile], *, named: bool, **asked: Any
) -> SeedPlan:
    """The plan for these files; one that was `named` is run again in any case."""
    from nself_cli.session import table_of
    from pytest_nself.checks.seeds.scripts import scripts_on
    from pytest_nself.data.seeds.collecting import Grounds
    from pytest_nself.data.seeds.ledger import read_seed_ledger
    from pytest_nself.data.seeds.plan import plan_seeds
    from pytest_nself.migrations.ledger import read_ledger
    from pytest_nself.migrations.planning.planner import check_environment

    check_environment(read_ledger(connection, table_of(session)), session.target.environment)
    shape = shape_of(session, connection)
    order = ordered(files, shape)
    asked["again"] = asked.get("again", False) or named
    return plan_seeds(
        order.files,
        shape,
        read_seed_ledger(connection),
        environment=session.target.environment,
        variables=variables_of(session),
        scripts=scripts_on(session.target.dsn, session.root),
        grounds=Grounds(connection, shape),
        lock_timeout_ms=session.settings.lock_timeout_ms,
        **asked,
    )
