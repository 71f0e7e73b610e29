"""A bare server for fixtures that bring none, and how long a test takes in a run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

from ground import Ground
from measuring import Figures

FIRST = 10  # tests at the start that do not count: caches are filled, modules imported


@dataclass(frozen=True, slots=True)
class BareServer:
    """Where the server listens; `names` are its databases."""

    sockets: Path
    port: int

    def variables(self, dbname: str = "bench") -> dict[str, str]:
        """How the projects of `suites` find a database."""
        return {
            "BENCH_DSN": f"host={self.sockets} port={self.port} user=postgres dbname={dbname}",
            "BENCH_URL": f"postgresql+psycopg://postgres@/{dbname}?host={self.sockets}&port={self.port}",
            "BENCH_HOST": str(self.sockets),
            "BENCH_PORT": str(self.port),
        }


@contextmanager
def bare_server(ground: Ground, databases: Mapping[str, str]) -> Iterator[BareServer]:
    """A server with the floor's settings and these databases (name -> SQL that fills it), ended at the end."""
    import bare
    from starting import free_port

    owner = bare.Owner(ground.uid, ground.gid)
    server = bare.Bare(ground.bin, owner, int(ground.version.partition(".")[0]))
    folder = Path(tempfile.mkdtemp(prefix="srv", dir=ground.folder))
    folder.chmod(0o755)
    owner.give(folder)
    server.initdb(folder / "data")
    port = free_port()
    process = server.start(folder / "data", folder, port)
    try:
        with bare.connect(folder, port) as connection:
            for name in databases:
                connection.execute(f"create database {name}".encode())
        for name, sql in databases.items():
            with bare.connect(folder, port, name) as connection:
                connection.execute(sql.encode())
        yield BareServer(folder, port)
    finally:
        bare.stop(process)


def per_test(
    ground: Ground,
    project: Path,
    tests: int,
    *arguments: str,
    using: Iterable[str] = (),
    more: Mapping[str, str] | None = None,
) -> Figures:
    """Run a project of `suites`; milliseconds from one test's start to the next one's.

    So everything counts that a test costs: fixtures, hooks, reports, the runner itself; start and collection do not.
    """
    with tempfile.TemporaryDirectory(dir=ground.folder / "tmp") as folder:
        starts = Path(folder) / "starts"
        Path(folder).chmod(0o777)
        variables = {"BENCH_STARTS": str(starts), "BENCH_TESTS": str(tests), **(more or {})}
        ran = ground.pytest(project, *arguments, using=using, more=variables)
        took: list[float] = []
        for path in sorted(Path(folder).glob("starts.*")):
            seen = json.loads(path.read_text())
            steps = [(after - before) * 1000 for before, after in pairwise(seen)]
            took += steps[min(FIRST, len(steps) // 2) :]
        servers = {path.read_text() for path in Path(folder).glob("starts-server.*")}
    figures = {"median": median(took), "mean": fmean(took), "whole": ran.wall_ms}
    return {**figures, "servers": float(len(servers))} if servers else figures
