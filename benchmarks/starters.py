"""The ways of `starting.py` as children of this process, each kept alive and asked once a round."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground import Ground
from measuring import Figures, Skipped


class Starter:
    """A child that does one way on request; started at the first one."""

    def __init__(self, ground: Ground, way: str, project: Path, query: str, *, as_root: bool = False) -> None:
        self._ground, self._way, self._as_root = ground, way, as_root
        self._child: subprocess.Popen[str] | None = None
        self._config: dict[str, str | int] = {
            "folder": tempfile.mkdtemp(prefix="w", dir=ground.folder / ("root" if as_root else "tmp")),
            "bin": str(ground.bin),
            "uid": ground.uid,
            "gid": ground.gid,
            "major": int(ground.version.partition(".")[0]),
            "project": str(project),
            "query": query,
        }
        folder = str(self._config["folder"])
        Path(folder).chmod(0o711)  # the server's user passes through
        if not as_root and ground.drops:
            os.chown(folder, ground.uid, ground.gid)

    def __call__(self) -> Figures:
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("go\n")
        child.stdin.flush()
        line = child.stdout.readline()
        if not line:
            raise Skipped(self._last_words(child))
        figures: dict[str, float] = json.loads(line)
        return figures

    def _start(self) -> subprocess.Popen[str]:
        script = self._ground.python.parent.parent / "benchmarks" / "starting.py"
        child = subprocess.Popen(
            [str(self._ground.python), str(script), self._way, json.dumps(self._config)],
            cwd="/",
            env=self._ground.environment(as_root=self._as_root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **self._ground.options(as_root=self._as_root),  # type: ignore[call-overload]
        )
        self._child = child
        assert child.stdout is not None
        if child.stdout.readline() != "ready\n":
            raise Skipped(self._last_words(child))
        return child

    def _last_words(self, child: subprocess.Popen[str]) -> str:
        said = child.communicate()[1].strip().splitlines()
        return said[-1][:160] if said else f"it ended with {child.returncode}"

    def close(self) -> None:
        """Let the child end; it stops what it started."""
        if self._child is not None and self._child.poll() is None:
            self._child.communicate()


@contextmanager
def starters() -> Iterator[list[Starter]]:
    """A list to put starters in; all are closed at the end."""
    made: list[Starter] = []
    try:
        yield made
    finally:
        for starter in made:
            starter.close()
