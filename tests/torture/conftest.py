"""Servers and projects for runs that are shot at."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from .project import Project
from .scripts import Script
from .servers import OwnServer, own_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def real_server() -> Iterator[OwnServer]:
    """A PostgreSQL 15 with the settings of a real one, shared by the tests that let it live."""
    with own_server() as server:
        yield server


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random moments; the seed is in the report of a failed test, and TORTURE_SEED repeats it."""
    seed = os.environ.get("TORTURE_SEED") or str(random.SystemRandom().getrandbits(32))
    request.node.add_report_section("setup", "seed", f"TORTURE_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Make a project with these migrations on a new database of a server."""

    def make(server: OwnServer, scripts: Sequence[Script], **options: object) -> Project:
        name = f"app_{os.getpid()}_{next(_numbers)}"
        dsn = server.database(name, **options)  # type: ignore[arg-type]
        return Project(tmp_path / name, dsn, scripts).write()

    return make
