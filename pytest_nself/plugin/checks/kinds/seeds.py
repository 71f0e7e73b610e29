"""`seeds`: an environment's seeds load into the migrated schema, and can be run again; one item for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pytest_nself.core.errors import ConfigError
from pytest_nself.core.finding import Findings, Severity
from pytest_nself.plugin.checks.subjects import Subject, known_names

if TYPE_CHECKING:
    import pytest

    from pytest_nself.data.seeds.seed_file import Seeds
    from pytest_nself.data.seeds.variables import Variables
    from pytest_nself.database.database import EphemeralDatabase
    from pytest_nself.plugin.checks.checked import Checked

ABOUT = "environment"
FAILS_FROM = Severity.ERROR
_numbers = itertools.count(1)


def subjects(checked: Checked) -> Sequence[Subject]:
    """Each environment that has seeds of its own; `dev` where there are only those that all share."""
    from pytest_nself.core.place import Place

    seeds = _seeds(checked)
    own = {name for file in seeds for name in file.environments or ()}
    first = {name: next(file for file in seeds if name in (file.environments or ())) for name in own}
    shared = next(iter(seeds), None)
    names = sorted(own) or (["dev"] if shared is not None else [])
    return [Subject(name, Place(first.get(name, shared).path, 1)) for name in names]  # type: ignore[union-attr]


def check(checked: Checked, names: Sequence[str] | None, test: pytest.Item | None) -> Findings:
    """What fails of these environments' seeds, and what a second run of them changes, each in a database of its own."""
    known = [subject.name for subject in subjects(checked)]
    wanted = known if names is None else known_names(names, known, ABOUT)
    return Findings(finding for name in wanted for finding in _proved(checked, name))


def _proved(checked: Checked, environment: str) -> Findings:
    from pytest_nself.checks.seeds.idempotence import repeat
    from pytest_nself.checks.seeds.scripts import scripts_on
    from pytest_nself.checks.seeds.trial import Stage
    from pytest_nself.data.seeds.collecting import Grounds
    from pytest_nself.data.seeds.ledger import NO_SEEDS
    from pytest_nself.data.seeds.ordering import in_order
    from pytest_nself.data.seeds.plan import plan_seeds, touches_of
    from pytest_nself.data.shape.reading import read_shape

    seeds = _seeds(checked)
    seeds.raise_errors()
    root = checked.run.root
    with _clone(checked) as database, closing(database.connect(autocommit=True, prepare_threshold=None)) as work:
        shape = read_shape(work)
        order = in_order(seeds.of(environment), touches_of(shape))
        plan = plan_seeds(
            order.files,
            shape,
            NO_SEEDS,
            environment=environment,
            variables=_variables(checked, environment),
            scripts=scripts_on(database.dsn, root),
            grounds=Grounds(work, shape),
        )
        return repeat(Stage(work, shape, root, database.dsn), plan).findings


def _variables(checked: Checked, environment: str) -> Variables:
    """What a run has not, a secret of production, is stood in for by its own name: only the repetition is proved."""
    from pytest_nself.project.env_files import read_sources

    sources = read_sources(checked.run.root, environment)
    return lambda name: sources.process.get(name) or sources.files.get(name) or name


@contextmanager
def _clone(checked: Checked) -> Iterator[EphemeralDatabase]:
    """A database like the template; seeds load rows for everybody, so nothing is hidden from them."""
    run = checked.run
    sandbox = run.worker.sandbox
    name = f"{run.prefix}{run.name}_seeds_{next(_numbers)}"
    sandbox.clone(name, as_owner=True)
    database = sandbox.superuser(name)
    try:
        yield database
    finally:
        sandbox.drop(database)


def _seeds(checked: Checked) -> Seeds:
    from pytest_nself.data.seeds.folder import read_seeds
    from pytest_nself.project.folders import SEEDS, find_seeds_folder

    root = checked.run.root
    seeds = read_seeds(root, find_seeds_folder(root, checked.run.settings["seeds"]))
    if seeds.folder is None and not seeds.files:
        raise ConfigError(
            "There is no folder of seeds to check.",
            f"Looked in {', '.join(SEEDS)} below {root}.",
            "name it with nself_seeds, or take the check out of nself_checks",
        )
    return seeds
