"""Programs outside: the one place, besides the server's start, where processes are started."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_nself.core.errors import NselfError, ToolMissing


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program left behind; its output as text, whatever bytes it wrote."""

    returncode: int
    stdout: str
    stderr: str


def run_command(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout_s: float | None = None) -> Finished:
    """Run a program to its end, with exactly the environment `env`; no shell reads the arguments.

    Raises ToolMissing if there is no such program, NselfError if it takes longer than `timeout_s` (it is then killed).
    """
    try:
        done = subprocess.run(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise ToolMissing(
            f"{argv[0]} cannot be run.", f"{error.strerror}: looked for it from {cwd}.", f"install {argv[0]}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise NselfError(
            f"{argv[0]} took longer than {timeout_s:g} s and was stopped.",
            f"It was run as: {' '.join(argv)}",
            "give it more time, or run it by hand to see what holds it up",
        ) from error
    return Finished(done.returncode, done.stdout, done.stderr)
