"""Every case of the corpus, both ways: the plan is proven, or what stands in its way is what is expected."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_nself.catalog.compare import differences
from pytest_nself.catalog.fact import Catalog
from pytest_nself.checks.prove import Proof, prove
from pytest_nself.core.errors import Refused
from pytest_nself.database.database import EphemeralDatabase
from pytest_nself.server.client_programs import find_client
from pytest_nself.server.server import Server

from .corpus import CASES, HOLDS, WAYS, Case, fits, outcome_of
from .scratch import Scratch, read


@pytest.fixture(scope="session")
def scratch(nself_server: Server) -> Iterator[Scratch]:
    """Databases for the cases, and the roles that their scripts would else race to make."""
    scratch = Scratch(nself_server)
    with scratch.roles({role for case in CASES for role in case.roles}):
        yield scratch
    scratch.close()


class Catalogs:
    """What each side of a case holds: read once in a run, by whichever worker comes first."""

    def __init__(self, folder: Path, scratch: Scratch) -> None:
        self.folder, self.scratch = folder, scratch

    def of(self, case: Case, side: str, database: EphemeralDatabase | None = None) -> Catalog:
        """Read from this database, or from one that is made for it."""
        file = self.folder / f"{case.name}.{side}"
        if file.exists():
            found = pickle.loads(file.read_bytes())
            assert isinstance(found, Catalog)
            return found
        if database is None:
            with self.scratch.made(case.scripts(side)[0]) as made:
                catalog = read(made)
        else:
            catalog = read(database)
        own = self.folder / f"{case.name}.{side}.{os.getpid()}"
        own.write_bytes(pickle.dumps(catalog))
        own.rename(file)
        return catalog


@pytest.fixture(scope="session")
def catalogs(scratch: Scratch, tmp_path_factory: pytest.TempPathFactory) -> Catalogs:
    """The catalogs of this run, shared by its workers."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "corpus"
    folder.mkdir(exist_ok=True)
    return Catalogs(folder, scratch)


each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name, indirect=True)
each_way = pytest.mark.parametrize("way", WAYS)
# A proof goes back, too, but by the plan of its way there; the plan the other way about is for the long runs, as are
# three cases of four.
one_way = pytest.mark.parametrize("way", [WAYS[0], pytest.param(WAYS[1], marks=pytest.mark.torture)])
some_cases = pytest.mark.parametrize(
    "case",
    [case if number % 4 == 0 else pytest.param(case, marks=pytest.mark.torture) for number, case in enumerate(CASES)],
    ids=lambda case: case.name,
    indirect=True,
)


def attempt(database: EphemeralDatabase, a: Catalog, b: Catalog) -> Proof | Refused:
    """The proof, or why there is no plan."""
    try:
        return prove(database, a, b)
    except Refused as error:
        return error


@one_way
@some_cases
def test_way(case: Case, way: str, scratch: Scratch, catalogs: Catalogs) -> None:
    """The plan goes there, back, and there again; where it cannot, `outcome.txt` says so, and nothing is half done."""
    first, second = way
    with scratch.made(*case.scripts(first)) as database:
        a = catalogs.of(case, first, database)
        b = catalogs.of(case, second)
        outcome = outcome_of(attempt(database, a, b))
        expected = case.expected(way, scratch.server.version)
        assert fits(expected, outcome), f"{case.name} {way}: expected {expected}\n{outcome}"
        if outcome.startswith(("fails", "refused")):
            assert differences(read(database), a) == ()


def test_the_corpus_is_large() -> None:
    """Most ways are proven ones: what is refused, fails or stays as it is are few, and each is a line."""
    ways = [case.expected(way, 150000) for case in CASES for way in WAYS if case.since <= 15]
    assert len(CASES) > 400
    assert ways.count(HOLDS) > 0.9 * len(ways)


@pytest.mark.torture
@each_way
@each_case
def test_dump(case: Case, way: str, scratch: Scratch, catalogs: Catalogs) -> None:
    """What arrives is what `pg_dump` says of a database in which the other script has run; columns in any order."""
    first, second = way
    if case.expected(way, scratch.server.version) != HOLDS:
        pytest.skip("no way that is proven")
    with scratch.made(*case.scripts(first)) as database, scratch.made(case.scripts(second)[0]) as other:
        proof = attempt(database, catalogs.of(case, first, database), catalogs.of(case, second, other))
        assert outcome_of(proof) == HOLDS
        assert dumped(database) == dumped(other)


@pytest.mark.torture
def test_dumps_tell_schemas_apart(scratch: Scratch) -> None:
    """What the comparison of dumps lets pass is the order of columns, and nothing that somebody would miss."""
    with (
        scratch.made("create table t (a integer, b text)") as one,
        scratch.made("create table t (b text, a integer)") as reordered,
        scratch.made("create table t (a integer, b text); comment on column t.b is 'note'") as other,
    ):
        assert dumped(one) == dumped(reordered)
        assert dumped(one) != dumped(other)


def dumped(database: EphemeralDatabase) -> list[str]:
    """The statements of a dump of the schema, sorted, each with its lines in the order of their text."""
    dsn = database.dsn
    client = find_client("pg_dump", server_version=database.server_version, host=dsn.host)
    command = [str(client.path), "--schema-only", dsn.url()]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    text = re.sub(r"^(--.*|\\(un)?restrict .*)\n", "", text, flags=re.MULTILINE)
    return sorted("\n".join(sorted(_lines(part))) for part in re.split(r"\n{2,}", text) if part.strip())


def _lines(statement: str) -> Iterator[str]:
    return (line.strip().rstrip(",;") for line in statement.strip().splitlines())
