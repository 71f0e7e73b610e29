"""A `.ts` or `.js` seed: run by the first program that can, with DATABASE_URL set."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import ToolMissing
from pytest_nself.core.secret import Secret
from pytest_nself.core.step import Command

from .seed_file import SeedFile

_TYPED = (".ts", ".mts", ".cts")
_STRIPS_TYPES = (22, 6)
"""The version of node that first runs TypeScript."""


def script_step(
    file: SeedFile, title: str, root: Path, dsn: Dsn, path: str | None, node: tuple[int, int] | None
) -> Command:
    """The command that runs the file on the database at `dsn`.

    `path` is the search path of programs, `node` the version of node that is on it. Raises ToolMissing, naming the
    file, where nothing can run it.
    """
    environment: Mapping[str, Secret] = {"DATABASE_URL": Secret(dsn.url()), "POSTGRES_URL": Secret(dsn.url())}
    return Command(title, (*runner_of(file, root, path, node), file.path), environment)


def runner_of(file: SeedFile, root: Path, path: str | None, node: tuple[int, int] | None) -> tuple[str, ...]:
    """tsx of the project or of the search path, bun, or node, which reads TypeScript from 22.6 on."""
    typed = PurePosixPath(file.path).suffix in _TYPED
    for name in ("tsx", "bun"):
        local = root / "node_modules" / ".bin" / name
        if found := str(local) if local.is_file() else shutil.which(name, path=path):
            return (found,) if name == "tsx" else (found, "run")
    program = shutil.which("node", path=path)
    if program is not None and not typed:
        return (program,)
    if program is not None and node is not None and node >= _STRIPS_TYPES:
        return (program, "--experimental-strip-types", "--no-warnings")
    said = f", and node {node[0]}.{node[1]} reads no TypeScript" if program is not None and node is not None else ""
    raise ToolMissing(
        f"Nothing here can run {file.name}.",
        f"Looked for tsx and bun in node_modules/.bin and on the search path, then for node{said}. Nothing was done.",
        "install tsx (npm install --save-dev tsx), bun, or node 22.6; or write the seed as SQL, JSON or YAML",
        place=file.place,
    )
