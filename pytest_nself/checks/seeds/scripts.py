"""Scripts of seeds: which program runs them, and running them on a database."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from pytest_nself.core.dsn import Dsn
from pytest_nself.core.errors import NselfError, StepFailed
from pytest_nself.core.place import Place
from pytest_nself.core.step import Command
from pytest_nself.data.seeds.script import script_step
from pytest_nself.data.seeds.seed_file import SeedFile
from pytest_nself.execute.outside import run_command
from pytest_nself.project.environment import environ, environment_at

_VERSION = re.compile(r"v(\d+)\.(\d+)")
_SHOWN = 12


def scripts_on(dsn: Dsn, root: Path) -> Callable[[SeedFile, str], Command]:
    """The command of a script for the database at `dsn`; ToolMissing, naming the file, where nothing can run it."""
    path = environ().get("PATH")
    return lambda file, title: script_step(file, title, root, dsn, path, _node_version(path, root))


def run_script(step: Command, dsn: Dsn, root: Path) -> None:
    """Run it to its end, over a connection of its own. Raises StepFailed with what it said."""
    environment = environment_at(dsn) | {name: value.reveal() for name, value in step.secret_env.items()}
    done = run_command(step.argv, cwd=Path.cwd(), env=environment, timeout_s=step.timeout_s)
    if done.returncode == 0:
        return
    said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-_SHOWN:])
    failed = StepFailed(
        f"Failed to {step.title}.",
        f"{Path(step.argv[0]).name} ended with {done.returncode}:\n{_without(said, dsn)}",
        "mend the script; what it has committed itself stays",
        place=Place(step.argv[-1]),
    )
    failed.step = step
    raise failed


def _without(text: str, dsn: Dsn) -> str:
    """What a program says of its connection may hold the password."""
    return text.replace(dsn.password, "***") if dsn.password else text


def _node_version(path: str | None, root: Path) -> tuple[int, int] | None:
    program = shutil.which("node", path=path)
    if program is None:
        return None
    try:
        said = run_command([program, "--version"], cwd=root, env=environ(), timeout_s=10.0).stdout
    except NselfError:
        return None
    match = _VERSION.match(said.strip())
    return (int(match[1]), int(match[2])) if match else None
